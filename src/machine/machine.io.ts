/** The real machine, or the part of it below IS_VOLROOT. */
import { realpathSync, statSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { refuseChangeableTree, sharedWithOthers } from '../base/changeable.io.ts'
import { type Clock, IsconfError, unreachable } from '../base/index.ts'
import { Places } from '../base/places.io.ts'
import { type Walk, walking } from '../base/walk.io.ts'
import { bootId } from './boot-id.io.ts'
import { commandsOf } from './commands.io.ts'
import { differences } from './differences.io.ts'
import { hooksIn } from './hooks.io.ts'
import { inspect, refuseSnapshot } from './inspect.io.ts'
import type { Installing } from './install.io.ts'
import { installingDirectory, installingSymlink } from './install-directory.io.ts'
import { installingFile } from './install-file.io.ts'
import { installTogether } from './install-together.io.ts'
import { lookAhead } from './look-ahead.io.ts'
import type { FileOwner, Installation, Machine, OutputListener } from './machine.ts'
import { type NumbersOf, OwnerNumbers, type OwnerRule } from './owners.io.ts'
import { readyPackages } from './package-care.io.ts'
import { stateOf } from './path-state.io.ts'
import { protectedPaths } from './protected-paths.io.ts'
import { remove } from './remove.io.ts'
import { TemporaryFiles } from './temporary-files.io.ts'

export interface MachineOptions {
  /** The directory that stands for / on this host. */
  readonly volroot: string
  /** IS_HOME, which no change may touch. */
  readonly home: string
  /** Whether a file goes to the owner's name where it exists here, or always to the number; asked for each file. */
  readonly owner: () => OwnerRule
  /** What every command gets, the same on origin and target; asked for each command. */
  readonly environment: () => Readonly<Record<string, string>>
  /** For the shell. */
  readonly rebootCommand: () => string
  /** The file with the boot id. */
  readonly bootIdPath: () => string
  /** The directory that holds a directory of hooks for each stage. */
  readonly hooksPath: () => string
  /** Directories of other users, or open to them, in which commands are run all the same; none when absent. */
  readonly sharedDirectories?: () => readonly string[]
  readonly clock: Clock
}

/** How long a looked-up owner is used; one `up` may install many files. */
const namesMsMax = 10_000
/** The file below IS_HOME that says what is on its way to its place. */
const temporaryFilesName = 'conf/temporary-files'

/** The machine this process runs on. CONFIG when `volroot` is no directory. */
export function systemMachine(options: MachineOptions): Machine {
  const root = realVolroot(options.volroot)
  // A command in / is not to find a slash at the end of its PWD.
  const real = (path: string): string => (path === '/' ? root : join(root, path))
  const own = protectedPaths(real, options.home)
  const { clock } = options
  const numbers = new OwnerNumbers()
  let askedMs = Number.NEGATIVE_INFINITY
  const numbersFor = (owners: readonly FileOwner[]): Promise<NumbersOf> => {
    if (clock.monotonicMs() - askedMs > namesMsMax) {
      numbers.forget()
      askedMs = clock.monotonicMs()
    }
    return numbers.of(owners, options.owner())
  }
  const temporary = temporaryFilesOf(options.home)
  const { run, runAnyway, runBeside, refuseLeft } = commandsOf({
    ...options,
    root,
    real,
    ended: () => numbers.forget(),
  })
  return {
    journalPath: (path, cwd) => {
      if (posix.isAbsolute(path)) return shortest(path)
      return shortest(posix.join(belowRoot(cwd, root), path))
    },
    refuseSnapshot: (path) => refuseSnapshot(path, { real, protectedPaths: own }),
    inspect: (path, links) => inspect(path, { real, protectedPaths: own }, links),
    stateOf: (path) => walking(root, (walk) => stateOf(path, walk)),
    differences: async (recorded) => {
      const owners = recorded.flatMap((one) => (one.kind === 'removal' ? [] : [one.owner]))
      return differences(recorded, { root, numbersOf: await numbersFor(owners) })
    },
    unknownOwners: (owners) => numbers.unknown(owners, options.owner()),
    lookAhead: (movesAside) =>
      lookAhead({ root, home: options.home, protectedPaths: own, numbersOf: numbersFor, movesAside }),
    // One walk from the first check to the last rename: what was checked is what is written to.
    install: (all) =>
      walking(root, async (walk) => {
        const count = await own.installableCount(
          all.map(({ attributes }) => attributes.path),
          walk,
        )
        const installations = all.slice(0, count)
        const owners = installations.flatMap(({ attributes: { owner, parents } }) => [
          owner,
          ...parents.map((parent) => parent.owner),
        ])
        const numbersOf = await numbersFor(owners)
        return temporary.during(await directoriesOf(installations, walk), (staging) =>
          installTogether(
            installations.map((installation) =>
              installing(installation, { ...{ real, walk, numbersOf, staging }, kept: join(options.home, 'kept') }),
            ),
          ),
        )
      }),
    sharedWith: (directory) => sharedWith(directory, real(directory), options.sharedDirectories?.() ?? []),
    refuseRemoval: own.refuseRemoval,
    remove: async (path) => {
      await own.refuseRemoval(path)
      return walking(root, (walk) => remove(path, walk))
    },
    run,
    runBeside,
    refuseLeft,
    readyPackages: (...words) => readyPackages({ clock, run }, ...words),
    hooks: async (stage) => {
      const directory = options.hooksPath()
      refuseChangeableTree('hooks', directory)
      return hooksIn(join(directory, `${stage}.d`))
    },
    bootId: () => bootId(options.bootIdPath()),
    reboot: (output: OutputListener, signal: AbortSignal) =>
      // One that a daemon that has died began may never come.
      runAnyway({ argv: ['sh', '-c', options.rebootCommand()], cwd: '/', env: {} }, output, signal),
  }
}

/** See {@link Machine.sharedWith}. */
function sharedWith(directory: string, realPath: string, allowed: readonly string[]): string | undefined {
  const isAllowed = allowed.some((one) => `${directory}/`.startsWith(one === '/' ? one : `${one}/`))
  return isAllowed || process.geteuid?.() !== 0 ? undefined : sharedWithOthers(realPath)
}

/** What a daemon with this home has under way to its place. */
export function temporaryFilesOf(home: string): TemporaryFiles {
  return new TemporaryFiles(join(home, temporaryFilesName))
}

/**
 * The directories in which something may be made: those of the entries, and the ones above; where they are, or will be.
 */
async function directoriesOf(installations: readonly Installation[], walk: Walk): Promise<readonly string[]> {
  const places = new Places(walk)
  const found = new Set<string>()
  for (const { attributes } of installations) {
    for (const { path } of [attributes, ...attributes.parents])
      found.add((await places.ofDirectory(dirname(path))).path)
  }
  return [...found]
}

function installing(
  installation: Installation,
  how: Pick<Installing, 'real' | 'walk' | 'numbersOf' | 'staging' | 'kept'>,
): Installing {
  switch (installation.kind) {
    case 'file':
      return installingFile({ ...installation, ...how })
    case 'directory':
      return installingDirectory({ ...installation, ...how })
    case 'symlink':
      return installingSymlink({ ...installation, ...how })
    default:
      return unreachable(installation)
  }
}

function realVolroot(volroot: string): string {
  try {
    const root = realpathSync(volroot)
    if (statSync(root).isDirectory()) return root
  } catch {
    // Told below.
  }
  throw new IsconfError('CONFIG', `IS_VOLROOT: no such directory: ${volroot}`)
}

/** `directory` as seen from the root that stands for /. */
function belowRoot(directory: string, root: string): string {
  if (root === '/') return directory
  if (directory === root) return '/'
  if (directory.startsWith(`${root}/`)) return directory.slice(root.length)
  throw new IsconfError('OUTSIDE_VOLROOT', `the current directory ${directory} is outside IS_VOLROOT ${root}`)
}

/** An absolute path without `.`, `..`, `//` and a slash at the end. */
function shortest(path: string): string {
  const normal = posix.normalize(path)
  return normal.length > 1 && normal.endsWith('/') ? normal.slice(0, -1) : normal
}
