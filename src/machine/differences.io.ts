/** In what what stands at a path differs from what was recorded of it. Times are not compared: to use a file may set them. */
import { createHash } from 'node:crypto'
import { constants, type Stats } from 'node:fs'
import { lstat, open, readlink } from 'node:fs/promises'
import { IsconfError, inLanes, toIsconfError } from '../base/index.ts'
import { unreadable } from './file-content.io.ts'
import type { Difference, FileOwner, RecordedPath } from './machine.ts'
import { type NumbersOf, OwnerNames } from './owners.io.ts'
import { readXattrs, whyNoXattrs } from './xattrs.io.ts'

interface Compared {
  /** Where a path is on this machine. */
  readonly real: (path: string) => string
  readonly numbersOf: NumbersOf
}

/** Reading small files waits for the disk more than for the processor. */
const atOnceMax = 4

/** See {@link Machine.differences}. */
export async function differences(
  recorded: readonly RecordedPath[],
  { real, numbersOf }: Compared,
): Promise<readonly (readonly Difference[])[]> {
  const found: Found[] = []
  await inLanes(recorded, atOnceMax, async (one, index) => {
    found[index] = await look(one, real(one.path)).catch((thrown: unknown): Found => {
      const { code, message } = toIsconfError(thrown)
      if (code !== 'FILE_UNREADABLE') throw thrown
      return { stat: undefined, differences: [{ what: 'unreadable', recorded: one.kind, found: message }] }
    })
  })
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
  /** Of what is there and of the kind that was recorded. */
  readonly stat: Stats | undefined
  /** All but that of the owner. */
  readonly differences: readonly Difference[]
}

interface WrongOwner {
  readonly recorded: FileOwner
  readonly found: FileOwner
}

async function look(recorded: RecordedPath, real: string): Promise<Found> {
  const stat = await statOf(recorded.path, real)
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

async function statOf(path: string, real: string): Promise<Stats | undefined> {
  try {
    return await lstat(real)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return code === 'ENOENT' || code === 'ENOTDIR' ? undefined : unreadable(path, error as NodeJS.ErrnoException)
  }
}

function kindOf(found: Stats): string {
  if (found.isFile()) return 'file'
  if (found.isDirectory()) return 'directory'
  return found.isSymbolicLink() ? 'symlink' : 'other'
}

/** No link is followed, and nothing that took the file's place in between is waited for. */
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

/** One that this host has not is another's. */
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
