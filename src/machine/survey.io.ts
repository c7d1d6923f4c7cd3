/**
 * What is seen of a tree that is snapped: each directory through its own descriptor, whatever is exchanged meanwhile.
 */
import type { BigIntStats } from 'node:fs'
import { lstat, readdir, readlink } from 'node:fs/promises'
import { dirname, posix } from 'node:path'
import { type Directory, Entry } from '../base/directory.io.ts'
import { IsconfError } from '../base/index.ts'
import type { Walk } from '../base/walk.io.ts'
import { changed, goneOrUnreadable, unreadable } from './file-content.io.ts'
import { fileSystemKind } from './file-systems.io.ts'
import type { HardLinks } from './hard-links.ts'
import { leftOutText } from './hosts-own-paths.ts'
import type { ParentAttributes, Entry as RecordedEntry, Xattrs } from './machine.ts'
import { OwnerNames } from './owners.io.ts'
import { recordableTime, refuseKind, refuseSize } from './recordable-kind.io.ts'
import { readXattrs } from './xattrs.io.ts'

/** How many entries one tree may have: even of the shortest operations, no more fit into a changeset. */
const entriesMax = 60_000
const permissionBits = 0o7777n
/** The unit in which a file's room on the disk is told. */
const blockBytes = 512n

/** An entry as it was seen, and where: no part of its path was a link. */
export interface Seen {
  readonly found: BigIntStats
  readonly place: string
}

/** Goes through a tree once. When an entry is recorded, it must still be as it was then. */
export class Survey {
  readonly #links: HardLinks
  readonly #seenByPath = new Map<string, Seen>()
  readonly entries: RecordedEntry[] = []
  readonly remarks: string[] = []
  /** They get their names at the end. */
  readonly owners = new OwnerNames()

  constructor(links: HardLinks) {
    this.#links = links
  }

  seen(path: string): Seen {
    const seen = this.#seenByPath.get(path)
    if (!seen) throw new IsconfError('FILE_CHANGED', `${path} was not there before`)
    return seen
  }

  async add(path: string, found: BigIntStats, parents: readonly ParentAttributes[], entry: Entry): Promise<void> {
    if (this.#seenByPath.size >= entriesMax) {
      throw new IsconfError(
        'WIP_FULL',
        `a changeset has no room for more than ${entriesMax} entries: stopped at ${path}`,
        {
          hint: 'snap one part of the tree at a time, and check in after each',
        },
      )
    }
    refuseKind(path, found)
    this.#seenByPath.set(path, { found, place: entry.path })
    const owner = this.owners.of(Number(found.uid), Number(found.gid))
    const mode = Number(found.mode & permissionBits)
    const { timeMs: mtimeMs, remark } = recordableTime(path, found.mtimeMs)
    if (remark !== undefined) this.remarks.push(remark)
    const common = { path, owner, mtimeMs, parents }
    if (found.isFile()) {
      refuseSize(path, found.size)
      const isSparse = found.blocks * blockBytes < found.size
      const sizeBytes = Number(found.size)
      const sparse = isSparse ? { sparse: true as const } : {}
      const other =
        found.nlink > 1n ? this.#links.note(`${found.dev}:${found.ino}`, Number(found.nlink), path) : undefined
      const hardlink = other === undefined ? {} : { hardlink: other }
      this.entries.push({ ...common, kind: 'file', mode, sizeBytes, ...xattrsOf(entry, path), ...sparse, ...hardlink })
    } else if (found.isSymbolicLink()) {
      this.entries.push({ ...common, kind: 'symlink', target: await targetOf(entry, path) })
    } else {
      const above = path === '/' ? [] : [...parents, { path, mode, owner }]
      await this.#addAllIn(path, found, above, entry)
      this.entries.push({ ...common, kind: 'directory', mode, ...xattrsOf(entry, path) })
    }
  }

  async parentsOf(path: string, walk: Walk): Promise<ParentAttributes[]> {
    const parents: ParentAttributes[] = []
    for (let parent = dirname(path); parent !== '/'; parent = dirname(parent)) {
      const { mode, uid, gid } = await (await walk.onTheWay(parent)).directory.handle.stat()
      parents.unshift({ path: parent, mode: mode & 0o7777, owner: this.owners.of(uid, gid) })
    }
    return path === '/' ? [] : parents
  }

  async #addAllIn(
    path: string,
    found: BigIntStats,
    parents: readonly ParentAttributes[],
    { directory, name }: Entry,
  ): Promise<void> {
    const inside = await directory.enter(name).catch((error) => goneOrUnreadable(path, error))
    try {
      const { ino, dev } = await inside.handle.stat({ bigint: true })
      if (ino !== found.ino || dev !== found.dev) throw changed(path)
      for (const below of await namesIn(inside, path))
        await this.#addBelow(posix.join(path, below), found, parents, new Entry(inside, below))
    } finally {
      await inside.handle.close()
    }
  }

  async #addBelow(
    path: string,
    directory: BigIntStats,
    parents: readonly ParentAttributes[],
    entry: Entry,
  ): Promise<void> {
    const why = leftOutText(path)
    if (why !== undefined) return void this.remarks.push(why)
    const found = await lstat(entry.at, { bigint: true }).catch((error) => goneOrUnreadable(path, error))
    if (found.dev !== directory.dev && (await this.#leavesOutMounted(path, entry))) return
    await this.add(path, found, parents, entry)
  }

  /** Whether something mounted at a path is left out of the tree; if so, says what it is. */
  async #leavesOutMounted(path: string, { at }: Entry): Promise<boolean> {
    const kind = await fileSystemKind(at)
    if (kind?.kind === 'pseudo') {
      this.remarks.push(`${path} is ${kind.name}, a pseudo file system: left out`)
      return true
    }
    const what = kind ? `${kind.name}, which other machines share` : 'another file system'
    this.remarks.push(`${path} is ${what}: taken as it is`)
    return false
  }
}

function xattrsOf({ at }: Entry, path: string): { readonly xattrs?: Xattrs } {
  const xattrs = readXattrs(at, path)
  return xattrs === undefined ? {} : { xattrs }
}

async function namesIn({ self }: Directory, path: string): Promise<readonly string[]> {
  const names = await readdir(self, { encoding: 'buffer' }).catch((error) => unreadable(path, error))
  return names.sort(Buffer.compare).map((name) => textOf(name, `${path} holds a name that`))
}

async function targetOf({ at }: Entry, path: string): Promise<string> {
  const target = await readlink(at, { encoding: 'buffer' }).catch((error) => unreadable(path, error))
  return textOf(target, `${path} is a symbolic link whose target`)
}

/** The journal is text. */
function textOf(bytes: Buffer, what: string): string {
  const text = bytes.toString('utf8')
  if (Buffer.from(text).equals(bytes)) return text
  throw new IsconfError('NOT_A_FILE', `${what} is not UTF-8: ${JSON.stringify(text)}`)
}
