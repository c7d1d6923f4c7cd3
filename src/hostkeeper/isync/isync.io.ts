/** isync: installs files of the configuration tree at their place. */
import { realpathSync } from 'node:fs'
import { openAtOnce } from '../../base/directory.io.ts'
import { errnoText, IsconfError } from '../../base/index.ts'
import { type Walk, walking } from '../../base/walk.io.ts'
import { protectedText } from '../../machine/index.ts'
import { aFile, flag, type Program, runProgram, type TypedOf, table, words } from '../../terminal/index.ts'
import {
  contextOf,
  hostkeeperFlags,
  type ProgramContext,
  type ProgramSurroundings,
  withOwnHint,
} from '../program/index.ts'
import { installAll, installFailure, type Task } from './install.io.ts'
import { ownerNumbers } from './owner.io.ts'
import { directoryPlace, placeOf, presentAt, unwritable } from './place.io.ts'
import { type Action, actionFor, type Wanted } from './plan.ts'
import { installedAt, remember } from './record.io.ts'
import { directoryMode, openTree, pathFromWord, type Sources, wantedFor } from './source.io.ts'
import { removeLeft } from './staging.io.ts'

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
  const sources: Sources = { ...tree, hostNames, ownerOf: await ownerNumbers(tree.manifest.owners) }
  const root = realRoot(settings.root)
  if (!options.dryRun) await removeLeft(layout.installing)
  const work = async (walk: Walk): Promise<number> => {
    try {
      const { wanted, leftOut } = wantedFor(sources, paths)
      const deps = { sources, walk, installed: layout.installed, overwriting: options.overwriting }
      const tasks: Task[] = []
      for (const one of wanted) tasks.push(await taskFor(one, deps))
      if (leftOut.length > 0) context.say(`left out, for other hosts: ${someOf(leftOut)}`)
      if (options.dryRun) context.terminal.out(planText(tasks))
      refuse(tasks)
      if (options.dryRun) refuseProtected(tasks)
      else await doAll(context, walk, tasks)
      return 0
    } catch (error) {
      throw await installFailure(error, layout.tree, layout.home)
    }
  }
  return walking(root, work, openAtOnce)
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
  readonly walk: Walk
  readonly installed: string
  readonly overwriting: boolean
}

async function taskFor(wanted: Wanted, { sources, walk, installed, overwriting }: TaskDeps): Promise<Task> {
  const place = await (wanted.kind === 'directory' ? directoryPlace : placeOf)(walk, wanted.path)
  const present = place.entry && presentAt(place.entry)
  const action = actionFor(wanted, present, installedAt(installed, wanted.path), overwriting)
  const parents = place.missing.map((path) => {
    const line = sources.manifest.lineOf(path)
    return { path, ...sources.ownerOf(line), mode: line?.mode ?? directoryMode }
  })
  if (action !== 'unchanged') for (const { uid, gid } of [wanted, ...parents]) mustOwn(place.path, uid, gid)
  return { wanted, place, present, action, parents }
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
    tasks.filter((task) => task.action === action).map(({ place }) => place.path)
  const conflicts = inTheWay('conflict')
  if (conflicts.length > 0) throw unwritable(`of another kind than in the tree: ${someOf(conflicts)}`)
  const changed = inTheWay('refuse')
  if (changed.length > 0)
    throw new IsconfError('LOCAL_CHANGE', `neither as isync installed it nor as in the tree: ${someOf(changed)}`)
}

/** A dry run opens nothing for writing, which whoever watches the file would hear of: it asks what chattr has set. */
function refuseProtected(tasks: readonly Task[]): void {
  for (const { place, action } of tasks) {
    if (action === 'unchanged') continue
    const above = action === 'attributes' ? [] : [place.directory.path]
    const said = protectedText(place.path, ...above)
    if (said !== undefined) throw unwritable(`cannot install ${place.path}: ${said}`)
  }
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
      place.path,
    ]),
  )
}

async function doAll({ layout, say }: ProgramContext, walk: Walk, tasks: readonly Task[]): Promise<void> {
  const changing = tasks.filter(({ action }) => action !== 'unchanged')
  const copies = changing.length > 0 ? await installAll(changing, walk, layout) : new Map()
  for (const task of tasks) {
    const { wanted, place, action } = task
    const { path } = place
    if (action === 'install') say(`installed ${path}`)
    if (action === 'overwrite') say(`installed ${path}; what was there is kept as ${copies.get(task)}`)
    if (action === 'attributes') say(`set mode and owner of ${path}`)
    const isNew = action === 'unchanged' && wanted.kind !== 'directory'
    // What is there already as the tree has it is isync's own from now on.
    if (isNew && installedAt(layout.installed, wanted.path)[0] !== wanted.content)
      await remember(layout.installed, wanted.path, [wanted.content])
  }
}
