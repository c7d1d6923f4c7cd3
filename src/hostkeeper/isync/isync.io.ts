/** isync: installs files of the configuration tree at their place. */
import { readlinkSync, realpathSync } from 'node:fs'
import { errnoText, IsconfError } from '../../base/index.ts'
import { aFile, flag, type Program, runProgram, type TypedOf, table, words } from '../../terminal/index.ts'
import {
  contextOf,
  hashOf,
  hostkeeperFlags,
  type ProgramContext,
  type ProgramSurroundings,
  withOwnHint,
} from '../program/index.ts'
import type { Task } from './commit.io.ts'
import { installAll, installFailure } from './install.io.ts'
import { ownerNumbers } from './owner.io.ts'
import { type Place, pathOf, placeOf, statOf, unwritable } from './place.io.ts'
import { type Action, actionFor, fileContent, identityOf, linkContent, type Present, type Wanted } from './plan.ts'
import { installedAt, remember } from './record.io.ts'
import { directoryMode, openTree, pathFromWord, type Sources, wantedFor } from './source.io.ts'

export const isyncProgram = {
  name: 'isync',
  options: {
    ...hostkeeperFlags,
    overwrite: flag('-o, --overwrite', 'overwrite what was changed here, after keeping a copy of it'),
    dryRun: flag('-n, --dry-run', 'show what would be done, and do nothing'),
  },
  arguments: { files: words('FILE', 'what to install, by its path', aFile) },
  passThrough: true,
  verbs: [],
} satisfies Program

/** Runs one command line; its exit status. */
export function runIsync(argv: readonly string[], surroundings: ProgramSurroundings): Promise<number> {
  const act = ({ files, overwrite, dryRun, ...flags }: TypedOf<typeof isyncProgram>): Promise<number> =>
    isync(contextOf('isync', flags, surroundings), files, { overwriting: overwrite, dryRun })
  return runProgram(isyncProgram, argv, surroundings, act, withOwnHint)
}

interface IsyncOptions {
  readonly overwriting: boolean
  readonly dryRun: boolean
}

async function isync(context: ProgramContext, files: readonly string[], options: IsyncOptions): Promise<number> {
  const late = files.find((word) => word.startsWith('-'))
  if (late !== undefined)
    throw new IsconfError('USAGE', `${JSON.stringify(late)} comes after a file`, { hint: 'flags come first' })
  const paths = files.map(pathFromWord)
  const { layout, settings, names } = context
  const hostNames = [names.fqdn, names.short]
  const tree = openTree(layout.tree)
  const sources: Sources = { ...tree, hostNames, owners: await ownerNumbers(tree.manifest.owners) }
  const root = realRoot(settings.root)
  try {
    const { wanted, leftOut } = wantedFor(sources, paths)
    const deps = { sources, root, installed: layout.installed, overwriting: options.overwriting }
    const tasks = wanted.map((one) => taskFor(one, deps))
    if (leftOut.length > 0) context.say(`left out, for other hosts: ${someOf(leftOut)}`)
    if (options.dryRun) context.terminal.out(planText(tasks))
    refuse(tasks)
    if (!options.dryRun) await doAll(context, tasks)
  } catch (error) {
    throw installFailure(error, layout.tree, layout.home)
  }
  return 0
}

function realRoot(path: string): string {
  try {
    return realpathSync(path)
  } catch (error) {
    throw new IsconfError('NO_SUCH_FILE', `HOSTKEEPER_ROOT ${path}: ${errnoText(error)}`, { cause: error })
  }
}

interface TaskDeps {
  readonly sources: Sources
  readonly root: string
  readonly installed: string
  readonly overwriting: boolean
}

function taskFor(wanted: Wanted, { sources, root, installed, overwriting }: TaskDeps): Task {
  const place = wanted.kind === 'directory' ? directoryPlace(root, wanted.path) : placeOf(root, wanted.path)
  const present = place.missing.length > 0 ? undefined : presentAt(pathOf(place))
  const action = actionFor(wanted, present, installedAt(installed, wanted.path), overwriting)
  const names = wanted.path.split('/')
  const parents = place.missing.map((_, index) => {
    const path = names.slice(0, names.length - place.missing.length + index).join('/')
    const line = sources.manifest.lineOf(path)
    return { ...sources.owners.of(line), mode: line?.mode ?? directoryMode }
  })
  const task: Task = { wanted, place, present, action, parents }
  if (action !== 'unchanged') for (const { uid, gid } of [wanted, ...parents]) mustOwn(pathOf(place), uid, gid)
  return task
}

/** A link to a directory serves where the tree has one: /bin may be a link to usr/bin. */
function directoryPlace(root: string, path: string): Place {
  const place = placeOf(root, `${path}/.`)
  return place.missing.length > 0 ? placeOf(root, path) : place
}

function presentAt(path: string): Present | undefined {
  const stat = statOf(path)
  if (stat === undefined) return undefined
  const attributes = { mode: stat.mode & 0o7777, uid: stat.uid, gid: stat.gid, identity: identityOf(stat) }
  if (stat.isFile()) return { ...attributes, kind: 'file', content: fileContent(hashOf(path)) }
  if (stat.isSymbolicLink()) return { ...attributes, kind: 'symlink', content: linkContent(readlinkSync(path)) }
  return { ...attributes, kind: stat.isDirectory() ? 'directory' : 'other', content: '' }
}

/** Asked before anything is written. */
function mustOwn(path: string, uid: number, gid: number): void {
  const user = process.geteuid?.()
  if (user === 0 || (user === uid && (process.getegid?.() === gid || process.getgroups?.().includes(gid)))) return
  throw unwritable(`only root may give ${path} to user ${uid} and group ${gid}`)
}

/** LOCAL_CHANGE or FILE_UNWRITABLE, with the files that are in the way. */
function refuse(tasks: readonly Task[]): void {
  const inTheWay = (action: Action): readonly string[] =>
    tasks.filter((task) => task.action === action).map(({ place }) => pathOf(place))
  const conflicts = inTheWay('conflict')
  if (conflicts.length > 0) throw unwritable(`of another kind than in the tree: ${someOf(conflicts)}`)
  const changed = inTheWay('refuse')
  if (changed.length > 0) throw new IsconfError('LOCAL_CHANGE', `changed since isync installed it: ${someOf(changed)}`)
}

/** Enough to see what is meant. */
const namesShown = 10

function someOf(paths: readonly string[]): string {
  const more = paths.length - namesShown
  return `${paths.slice(0, namesShown).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

function planText(tasks: readonly Task[]): string {
  return table(
    tasks.map(({ wanted, place, action }) => [
      action,
      wanted.mode.toString(8).padStart(4, '0'),
      `${wanted.uid}:${wanted.gid}`,
      pathOf(place),
    ]),
  )
}

async function doAll({ layout, say }: ProgramContext, tasks: readonly Task[]): Promise<void> {
  const copies = await installAll(
    tasks.filter(({ action }) => action !== 'unchanged'),
    layout,
  )
  for (const task of tasks) {
    const { wanted, place, action } = task
    const path = pathOf(place)
    if (action === 'install') say(`installed ${path}`)
    if (action === 'overwrite') say(`installed ${path}; what was there is kept as ${copies.get(task)}`)
    if (action === 'attributes') say(`set mode and owner of ${path}`)
    const isNew = action === 'unchanged' && wanted.kind !== 'directory'
    // What is there already as the tree has it is isync's own from now on.
    if (isNew && installedAt(layout.installed, wanted.path)[0] !== wanted.content)
      await remember(layout.installed, wanted.path, [wanted.content])
  }
}
