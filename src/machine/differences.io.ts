/**
 * How what stands at a path differs from what was recorded of it. Times are not compared, because using a file may
 * change them.
 */
import { createHash } from 'node:crypto'
import { constants, type Stats } from 'node:fs'
import { lstat, open, readlink } from 'node:fs/promises'
import { IsconfError, inLanes, toIsconfError } from '../base/index.ts'
import { type Walk, walking } from '../base/walk.io.ts'
import { unreadable } from './file-content.io.ts'
import type { Difference, FileOwner, RecordedPath } from './machine.ts'
import { type NumbersOf, OwnerNames } from './owners.io.ts'
import { readXattrs, whyNoXattrs } from './xattrs.io.ts'

interface Compared {
  /** The directory that stands for / on this machine. */
  readonly root: string
  readonly numbersOf: NumbersOf
}

/** Reading small files waits for the disk more than for the processor. */
const atOnceMax = 4
/** Paths that are looked at in one walk, which keeps their directories open. */
const perWalk = 256

/** See {@link Machine.differences}. */
export async function differences(
  recorded: readonly RecordedPath[],
  { root, numbersOf }: Compared,
): Promise<readonly (readonly Difference[])[]> {
  const found: Found[] = []
  for (let from = 0; from < recorded.length; from += perWalk) {
    await walking(root, (walk) =>
      inLanes(recorded.slice(from, from + perWalk), atOnceMax, async (one, index) => {
        found[from + index] = await lookOrTell(one, walk)
      }),
    )
  }
  // Names are asked for of all wrong owners at once.
  const names = new OwnerNames()
  const wrongOwners = recorded.map((one, index): WrongOwner | undefined => {
    const stat = found[index]?.stat
    if (!stat || one.kind === 'removal' || isOwner(stat, one.owner, numbersOf)) return undefined
    return { recorded: one.owner, found: names.of(stat.uid, stat.gid) }
  })
  await names.fill()
  return recorded.map((_, index) => {
    const [all, wrong] = [found[index]?.differences ?? [], wrongOwners[index]]
    return wrong ? [...all, { what: 'owner', recorded: ownerText(wrong.recorded), found: ownerText(wrong.found) }] : all
  })
}

interface Found {
  /** Set if something of the recorded kind is there. */
  readonly stat: Stats | undefined
  /** All differences except that of the owner. */
  readonly differences: readonly Difference[]
}

interface WrongOwner {
  readonly recorded: FileOwner
  readonly found: FileOwner
}

async function lookOrTell(recorded: RecordedPath, walk: Walk): Promise<Found> {
  try {
    return await look(recorded, walk)
  } catch (thrown) {
    const { code, message } = toIsconfError(thrown)
    if (code !== 'FILE_UNREADABLE' && code !== 'UNSAFE_LINK') throw thrown
    return { stat: undefined, differences: [{ what: 'unreadable', recorded: recorded.kind, found: message }] }
  }
}

async function look(recorded: RecordedPath, walk: Walk): Promise<Found> {
  const { real, stat } = await standing(recorded.path, walk)
  const only = (what: Difference['what'], was: string, is: string): Found => ({
    stat: undefined,
    differences: [{ what, recorded: was, found: is }],
  })
  if (recorded.kind === 'removal')
    return stat ? only('present', 'nothing', kindOf(stat)) : { stat: undefined, differences: [] }
  if (!stat) return only('missing', recorded.kind, 'nothing')
  if (kindOf(stat) !== recorded.kind) return only('kind', recorded.kind, kindOf(stat))
  const all: Difference[] = []
  if (recorded.kind === 'file') all.push(...(await differingContent(recorded, real, stat)))
  if (recorded.kind === 'symlink') {
    const target = await readlink(real).catch((error) => unreadable(recorded.path, error))
    if (target !== recorded.target) all.push({ what: 'target', recorded: recorded.target, found: target })
  } else {
    const mode = stat.mode & 0o7777
    if (mode !== recorded.mode) all.push({ what: 'mode', recorded: octal(recorded.mode), found: octal(mode) })
    all.push(...differingAttributes(recorded.path, real, recorded.xattrs ?? {}))
  }
  return { stat, differences: all }
}

async function differingContent(
  { path, blob }: RecordedPath & { readonly kind: 'file' },
  real: string,
  { size }: Stats,
): Promise<readonly Difference[]> {
  // Most of what has changed has another size, and need not be read.
  if (size !== blob.sizeBytes) return [{ what: 'content', recorded: `${blob.sizeBytes} bytes`, found: `${size} bytes` }]
  const sha256 = await hashOfFile(path, real)
  return sha256 === blob.id ? [] : [{ what: 'content', recorded: blob.id, found: sha256 }]
}

/** What stands at a path, and a path to it for node:fs. */
async function standing(
  path: string,
  walk: Walk,
): Promise<{ readonly real: string; readonly stat: Stats | undefined }> {
  try {
    const { at } = await walk.entry(path)
    return { real: at, stat: await lstat(at) }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return { real: '', stat: undefined }
    return unreadable(path, error as NodeJS.ErrnoException)
  }
}

function kindOf(found: Stats): string {
  if (found.isFile()) return 'file'
  if (found.isDirectory()) return 'directory'
  return found.isSymbolicLink() ? 'symlink' : 'other'
}

/** Follows no link, and waits for nothing that took the file's place meanwhile. */
async function hashOfFile(path: string, real: string): Promise<string> {
  const hash = createHash('sha256')
  try {
    const handle = await open(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    for await (const bytes of handle.createReadStream()) hash.update(bytes as Uint8Array)
  } catch (error) {
    return unreadable(path, error as NodeJS.ErrnoException)
  }
  return hash.digest('hex')
}

/** By their names: a value is seldom text. Nothing where they can't be read. */
function differingAttributes(
  path: string,
  real: string,
  recorded: Readonly<Record<string, string>>,
): readonly Difference[] {
  if (whyNoXattrs() !== undefined) return []
  const found = readXattrs(real, path) ?? {}
  const names = [...new Set([...Object.keys(recorded), ...Object.keys(found)])].sort()
  const differing = names.filter((name) => recorded[name] !== found[name])
  if (differing.length === 0) return []
  const here = (all: Readonly<Record<string, string>>): string =>
    differing.map((name) => (Object.hasOwn(all, name) ? name : `no ${name}`)).join(', ')
  return [{ what: 'attributes', recorded: here(recorded), found: here(found) }]
}

/** Whether the owner is as recorded; an owner that this host does not have never is. */
function isOwner(found: Stats, owner: FileOwner, numbersOf: NumbersOf): boolean {
  try {
    const { uid, gid } = numbersOf(owner)
    return found.uid === uid && found.gid === gid
  } catch (error) {
    if (error instanceof IsconfError) throw error
    return false
  }
}

function ownerText({ uid, gid, user, group }: FileOwner): string {
  return `${user || uid}:${group || gid}`
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0')
}
