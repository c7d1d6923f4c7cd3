/** Looking at a path for a snapshot: first at everything, so that what can't be recorded is refused, then at the bytes. */
import { type BigIntStats, constants, fstatSync } from 'node:fs'
import { lstat, open, readdir, readlink, stat } from 'node:fs/promises'
import { dirname, posix } from 'node:path'
import { errnoText, IsconfError } from '../base/index.ts'
import type { Entry, FileEntry, Inspection, ParentAttributes, Xattrs } from './machine.ts'
import { OwnerNames } from './owners.io.ts'
import type { ProtectedPaths } from './protected-paths.io.ts'
import { readXattrs, whyNoXattrs } from './xattrs.io.ts'

/** What is read at a time: as much as fits a piece, so that constant memory is enough for any file. */
const readBytes = 1024 * 1024
/** Entries of one tree: even of the shortest operations no more fit a changeset. */
const entriesMax = 60_000
const permissionBits = 0o7777n
/** The unit in which a file's room on the disk is told. */
const blockBytes = 512n
// What was a file a moment ago may be a named pipe or a link now: neither waited for nor followed.
const openFlags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK

export interface InspectOptions {
  /** Where a journal path is on this machine. */
  readonly real: (path: string) => string
  readonly protectedPaths: ProtectedPaths
}

/** See {@link Machine.look}. */
export async function inspect(path: string, { real, protectedPaths }: InspectOptions): Promise<Inspection> {
  await protectedPaths.refuseSnapshot(path)
  const survey = new Survey(real)
  const top = await survey.lstat(path)
  await survey.add(path, top, await survey.parentsOf(path))
  await survey.owners.fill()
  const { entries, remarks } = survey
  const why = whyNoXattrs()
  if (why !== undefined) remarks.push(`extended attributes, ACLs and capabilities are left out: ${why}`)
  return {
    entries,
    remarks,
    read: (file) => contentOf(file, survey.seen(file.path), real(file.path)),
    confirm: () => confirm(entries, survey, real),
  }
}

/** Goes through a tree once; what each entry was then is what it must still be when it is recorded. */
class Survey {
  readonly #real: (path: string) => string
  readonly #statByPath = new Map<string, BigIntStats>()
  readonly entries: Entry[] = []
  readonly remarks: string[] = []
  /** They get their names at the end. */
  readonly owners = new OwnerNames()

  constructor(real: (path: string) => string) {
    this.#real = real
  }

  seen(path: string): BigIntStats {
    const found = this.#statByPath.get(path)
    if (!found) throw new IsconfError('FILE_CHANGED', `${path} was not there before`)
    return found
  }

  lstat(path: string): Promise<BigIntStats> {
    return lstat(this.#real(path), { bigint: true }).catch((error) => unreadable(path, error))
  }

  async add(path: string, found: BigIntStats, parents: readonly ParentAttributes[]): Promise<void> {
    if (this.#statByPath.size >= entriesMax) {
      throw new IsconfError(
        'WIP_FULL',
        `a changeset has no room for more than ${entriesMax} entries: stopped at ${path}`,
        {
          hint: 'snap a part of the tree at a time, with a check-in after each',
        },
      )
    }
    this.#statByPath.set(path, found)
    const owner = this.owners.of(Number(found.uid), Number(found.gid))
    const mode = Number(found.mode & permissionBits)
    const common = { path, owner, mtimeMs: Number(found.mtimeMs), parents }
    if (found.isFile()) {
      const isSparse = found.blocks * blockBytes < found.size
      const sizeBytes = Number(found.size)
      const sparse = isSparse ? { sparse: true as const } : {}
      this.entries.push({ ...common, kind: 'file', mode, sizeBytes, ...this.#xattrsOf(path), ...sparse })
    } else if (found.isSymbolicLink()) {
      this.entries.push({ ...common, kind: 'symlink', target: await this.#targetOf(path) })
    } else if (found.isDirectory()) {
      const above = path === '/' ? [] : [...parents, { path, mode, owner }]
      for (const name of await this.#namesIn(path)) await this.#addBelow(posix.join(path, name), found, above)
      this.entries.push({ ...common, kind: 'directory', mode, ...this.#xattrsOf(path) })
    } else {
      throw new IsconfError('NOT_A_FILE', `${path} is ${kindOf(found)}`)
    }
  }

  async parentsOf(path: string): Promise<ParentAttributes[]> {
    const parents: ParentAttributes[] = []
    for (let parent = dirname(path); parent !== '/'; parent = dirname(parent)) {
      const { mode, uid, gid } = await stat(this.#real(parent))
      parents.unshift({ path: parent, mode: mode & 0o7777, owner: this.owners.of(uid, gid) })
    }
    return path === '/' ? [] : parents
  }

  #xattrsOf(path: string): { readonly xattrs?: Xattrs } {
    const xattrs = readXattrs(this.#real(path), path)
    return xattrs === undefined ? {} : { xattrs }
  }

  async #addBelow(path: string, directory: BigIntStats, parents: readonly ParentAttributes[]): Promise<void> {
    const found = await this.lstat(path).catch((error: IsconfError) => {
      throw error.code === 'NO_SUCH_FILE' ? wentAway(path) : error
    })
    if (found.dev !== directory.dev) this.remarks.push(`${path} is another file system: taken as it is`)
    await this.add(path, found, parents)
  }

  async #namesIn(path: string): Promise<readonly string[]> {
    const names = await readdir(this.#real(path), { encoding: 'buffer' }).catch((error) => unreadable(path, error))
    return names.sort(Buffer.compare).map((name) => textOf(name, `${path} holds a name that`))
  }

  async #targetOf(path: string): Promise<string> {
    const target = await readlink(this.#real(path), { encoding: 'buffer' }).catch((error) => unreadable(path, error))
    return textOf(target, `${path} is a symbolic link whose target`)
  }
}

/** The journal is text. */
function textOf(bytes: Buffer, what: string): string {
  const text = bytes.toString('utf8')
  if (Buffer.from(text).equals(bytes)) return text
  throw new IsconfError('NOT_A_FILE', `${what} is not UTF-8: ${JSON.stringify(text)}`)
}

function kindOf(found: BigIntStats): string {
  if (found.isFIFO()) return 'a named pipe'
  if (found.isSocket()) return 'a socket'
  return 'a device'
}

async function* contentOf({ path }: FileEntry, seen: BigIntStats, realPath: string): AsyncGenerator<Uint8Array> {
  const handle = await open(realPath, openFlags).catch((error) => goneOrUnreadable(path, error))
  try {
    // What an open file is takes no time to ask; to ask another thread for it takes more than to read a small file.
    refuseChanged(path, seen, fstatSync(handle.fd, { bigint: true }))
    for (let position = 0; ; ) {
      // One byte more than there should be, so that one read finds the end of a small file.
      const length = Math.min(readBytes, Math.max(Number(seen.size) - position, 0) + 1)
      const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafeSlow(length), 0, length, position)
      if (bytesRead === 0) break
      position += bytesRead
      yield buffer.subarray(0, bytesRead)
      if (bytesRead < length) break
    }
    refuseChanged(path, seen, fstatSync(handle.fd, { bigint: true }))
  } finally {
    await handle.close()
  }
}

async function confirm(entries: readonly Entry[], survey: Survey, real: (path: string) => string): Promise<void> {
  for (const { kind, path } of entries) {
    if (kind === 'file') continue
    const found = await lstat(real(path), { bigint: true }).catch((error) => goneOrUnreadable(path, error))
    refuseChanged(path, survey.seen(path), found)
  }
}

function refuseChanged(path: string, before: BigIntStats, after: BigIntStats): void {
  const isSame =
    after.ino === before.ino &&
    after.dev === before.dev &&
    after.size === before.size &&
    after.mtimeNs === before.mtimeNs &&
    after.ctimeNs === before.ctimeNs
  if (!isSame) throw new IsconfError('FILE_CHANGED', `${path} changed while it was read`)
}

function wentAway(path: string): IsconfError {
  return new IsconfError('FILE_CHANGED', `${path} went away while it was read`)
}

/** What was seen a moment ago. */
function goneOrUnreadable(path: string, error: NodeJS.ErrnoException): never {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') throw wentAway(path)
  if (error.code === 'ELOOP') throw new IsconfError('FILE_CHANGED', `${path} changed while it was read`)
  return unreadable(path, error)
}

function unreadable(path: string, error: NodeJS.ErrnoException): never {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR')
    throw new IsconfError('NO_SUCH_FILE', `no such file: ${path}`)
  throw new IsconfError('FILE_UNREADABLE', `cannot read ${path}: ${errnoText(error)}`, { cause: error })
}
