/**
 * Who else can change a path: whoever owns it or a directory on the way to it, or may write there. Looked at from / down
 * and through symbolic links, as the kernel goes. Root may, and who runs this program; a directory that nobody else may
 * enter hides whatever is in it.
 */
import { lstatSync, readdirSync, readlinkSync, type Stats } from 'node:fs'
import { join } from 'node:path'
import { errnoCode } from './disk-failure.ts'
import { IsconfError } from './isconf-error.ts'
import { type TrustedName, trustedPaths } from './trusted-paths.ts'
import { isGroupOfNobodyElse, isOwn, userName } from './users.io.ts'

/** The kernel follows no more. */
const linksMax = 40
const stickyBit = 0o1000

/** OPEN_TO_OTHERS, with what to do, when somebody else can change a path of the table. What is not there is nobody's. */
export function refuseChangeable(name: TrustedName, path: string): void {
  refuse(name, changeableByOthers(path))
}

/** The same of a directory and all that is in it, but for what is in the entries `except` of it. */
export function refuseChangeableTree(name: TrustedName, directory: string, except: readonly string[] = []): void {
  refuse(name, changeableIn(directory, except))
}

function refuse(name: TrustedName, problem: string | undefined): void {
  if (problem !== undefined) throw new IsconfError('OPEN_TO_OTHERS', `${trustedPaths[name].what}: ${problem}`)
}

/** A sentence that says who else can change a path, and what to do about it; undefined when nobody can. */
export function changeableByOthers(path: string): string | undefined {
  const { problem } = look(path)
  return problem && textOf(problem)
}

/** The sentence without what to do: of a directory that is shared on purpose. */
export function sharedWithOthers(path: string): string | undefined {
  return look(path).problem?.what
}

/** The same of a directory and all that is in it; links in it are followed. */
export function changeableIn(directory: string, except: readonly string[] = []): string | undefined {
  const { problem, isHidden } = look(directory)
  if (problem) return textOf(problem)
  return isHidden ? undefined : inside(directory, except)
}

/** Of what is in a directory that others may enter and not change. */
function inside(directory: string, except: readonly string[] = []): string | undefined {
  for (const name of namesIn(directory)) {
    const path = join(directory, name)
    const stats = statsOf(path)
    if (stats === undefined) continue
    const own = stats.isSymbolicLink() ? look(path).problem : problemOf(path, stats, true)
    if (own !== undefined) return textOf(own)
    const isOpen = stats.isDirectory() && !isClosed(stats) && !except.includes(name)
    const within = isOpen ? inside(path) : undefined
    if (within !== undefined) return within
  }
  return undefined
}

interface Problem {
  /** Who else can change what. */
  readonly what: string
  /** The command that mends it. */
  readonly cure: string
}

const textOf = ({ what, cure }: Problem): string => `${what}: ${cure}`

interface Look {
  readonly problem?: Problem
  /** Whether nobody else gets there. */
  readonly isHidden: boolean
}

/** A directory on the way; its path holds no link. */
interface Step {
  readonly path: string
  readonly isHidden: boolean
}

function look(path: string): Look {
  const todo = ['', ...namesOf(path)]
  const way: Step[] = []
  const top = (): Step => way.at(-1) ?? { path: '/', isHidden: false }
  for (let links = 0; links <= linksMax; ) {
    const name = todo.shift()
    if (name === undefined) break
    if (name === '..') {
      way.pop()
      continue
    }
    const at = join(top().path, name)
    const stats = statsOf(at)
    if (stats === undefined) break
    const problem = top().isHidden ? undefined : problemOf(at, stats, todo.length === 0)
    if (problem !== undefined) return { problem, isHidden: false }
    if (stats.isSymbolicLink()) {
      links += 1
      goBehind(readlinkSync(at), todo, way)
    } else way.push({ path: at, isHidden: top().isHidden || isClosed(stats) })
  }
  return { isHidden: top().isHidden }
}

/** Goes on with what a link says, from where it stands or from /. */
function goBehind(target: string, todo: string[], way: Step[]): void {
  todo.unshift(...namesOf(target))
  if (target.startsWith('/')) way.length = 0
}

/** Who else may change what a path names; in a sticky directory on the way that is for its entries to say. */
function problemOf(path: string, stats: Stats, isLast: boolean): Problem | undefined {
  const { uid, gid, mode } = stats
  if (!isOwn(uid))
    return { what: `${path} belongs to ${userName(uid)}`, cure: `chown ${userName(process.geteuid?.() ?? 0)} ${path}` }
  if (stats.isSymbolicLink() || (stats.isDirectory() && !isLast && (mode & stickyBit) !== 0)) return undefined
  // What is written to a device, such as /dev/null, is not what is read from it.
  if (stats.isCharacterDevice()) return undefined
  const shown = (mode & 0o7777).toString(8)
  if ((mode & 0o002) !== 0)
    return { what: `${path} can be changed by everybody (mode ${shown})`, cure: `chmod go-w ${path}` }
  if ((mode & 0o020) !== 0 && !isGroupOfNobodyElse(gid))
    return { what: `${path} can be changed by its group ${gid} (mode ${shown})`, cure: `chmod g-w ${path}` }
  return undefined
}

/** Whether nobody else may enter a directory. */
function isClosed(stats: Stats): boolean {
  if (!stats.isDirectory() || (stats.mode & 0o001) !== 0) return false
  return (stats.mode & 0o010) === 0 || isGroupOfNobodyElse(stats.gid)
}

const namesOf = (path: string): string[] => path.split('/').filter((name) => name !== '' && name !== '.')

/** What can't be looked at is refused by who opens it, with its own words. */
function statsOf(path: string): Stats | undefined {
  try {
    return lstatSync(path)
  } catch {
    return undefined
  }
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory)
  } catch (error) {
    if (['ENOENT', 'EACCES', 'ENOTDIR'].includes(errnoCode(error) ?? '')) return []
    throw error
  }
}
