/**
 * What a plain user has put where root has to go: a directory in the place of a file, a file in that of a directory, a
 * link that leads astray. Whoever may write to a directory could stop this host with it for ever.
 */
import { randomBytes } from 'node:crypto'
import { lstatSync, renameSync, type Stats, statSync } from 'node:fs'
import { posix } from 'node:path'
import { userName } from '../base/users.io.ts'
import type { Walk } from '../base/walk.io.ts'
import { foundAt } from './found-at.io.ts'
import { type FoundKind, kindObstacle } from './kind-obstacle.ts'
import { type Change, pathOf } from './look-ahead.ts'

const kindTexts: Readonly<Record<FoundKind, string>> = {
  file: 'a file',
  directory: 'a directory',
  symlink: 'a symbolic link',
  other: 'a pipe or a socket',
}
/** The new name keeps at most this many characters of the old one: names have 255 bytes. */
const nameLengthMax = 50
const stickyBit = 0o1000
/** To its group or to everybody. */
const openToOthers = 0o022

export interface InTheWay {
  /** The journal's path of it, at the path of the change or above. */
  readonly path: string
  /** Whose it is and, when it was moved, where it is now, in words. */
  readonly text: string
}

/**
 * The first such thing in the way of a change; with `move` it is renamed within its directory. Undefined if there is
 * none, if it can't be moved, or if this process is not root: then nobody can have meant to stop it.
 */
export async function inTheWay(change: Change, walk: Walk, move: boolean): Promise<InTheWay | undefined> {
  if (process.geteuid?.() !== 0) return undefined
  const last = pathOf(change)
  for (const path of [...directoriesAbove(last), last]) {
    const found = await lookAt(path, walk)
    if (found === undefined) return undefined
    const { entry, kind, uid } = found
    const isFree = path === last ? isNoObstacle(change, kind) : await leadsOn(path, walk)
    if (isFree) continue
    const place = statSync(entry.directory.self)
    if (uid === 0 && !canOthersRename(place)) return undefined
    const whose = uid === 0 ? 'root in a directory that others can change' : userName(uid)
    const what = `${path}: ${kindTexts[kind]} of ${whose}`
    if (!move) return { path, text: `${what} stands in the way, and would be moved aside` }
    const name = `${posix.basename(path).slice(0, nameLengthMax)}.moved-aside-${randomBytes(4).toString('hex')}`
    renameSync(entry.at, entry.directory.at(name))
    return { path, text: `${what} stood in the way, and is now ${posix.join(posix.dirname(path), name)}` }
  }
  return undefined
}

async function lookAt(path: string, walk: Walk) {
  const entry = await walk.entry(path)
  const kind = foundAt(entry.at)?.kind
  return kind && { entry, kind, uid: lstatSync(entry.at).uid }
}

/** Whether somebody else can rename what is root's in a directory, and so have put it where it is. */
function canOthersRename({ uid, mode }: Stats): boolean {
  return uid !== 0 || ((mode & openToOthers) !== 0 && (mode & stickyBit) === 0)
}

function isNoObstacle(change: Change, found: FoundKind): boolean {
  return change.kind === 'removal' || kindObstacle(change.kind, found) === undefined
}

function leadsOn(directory: string, walk: Walk): Promise<boolean> {
  return walk.directory(directory).then(
    () => true,
    () => false,
  )
}

/** From / down. */
function directoriesAbove(path: string): readonly string[] {
  const above: string[] = []
  for (let at = posix.dirname(path); at !== '/'; at = posix.dirname(at)) above.unshift(at)
  return above
}
