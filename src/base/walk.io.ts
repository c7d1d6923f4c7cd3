/**
 * Going to a directory by descriptors, one name after the other: what was checked is what is used afterwards, whoever
 * puts links in the way or moves directories about. A symbolic link is followed where root or this process made it; one
 * of another user only to a directory of that user, in which they could do the same themselves. Links and `..` are
 * followed as if the root of the walk were /. See docs/design/links-on-the-way.md.
 */
import { constants, lstatSync } from 'node:fs'
import { lstat, readlink } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, resolve } from 'node:path'
import { Directory, Entry, type OpenDirectory, type OpenedDirectory, openByThreads, openPath } from './directory.io.ts'
import { errnoCode } from './disk-failure.ts'
import { IsconfError } from './isconf-error.ts'

/** What Linux allows, too. */
const linksMax = 40

export interface Link {
  readonly path: string
  readonly uid: number
}

/** Where a way leads. */
export interface Found {
  readonly directory: Directory
  /** Those that led there. */
  readonly links: readonly Link[]
}

/** Keeps the directories that it has come through open until it is closed. Made for one piece of work. */
export class Walk {
  /** The real path of the directory that stands for /. */
  readonly root: string
  #root: Promise<Directory> | undefined
  readonly #open: OpenDirectory
  readonly #opened: OpenedDirectory[] = []
  /** By the path of an entry, no part of which is a link but perhaps its last. */
  readonly #foundByPath = new Map<string, Found>()

  constructor(root: string, open = openByThreads) {
    this.root = resolve(root)
    this.#open = open
  }

  /** The directory at an absolute path. UNSAFE_LINK, and fails as node:fs does. */
  async directory(path: string): Promise<Directory> {
    const found = await this.onTheWay(path)
    await refuseLeadingAway(found)
    return found.directory
  }

  /** The place of what is, or will be, at an absolute path. Of a link that is there: its own place. Fails as {@link directory}. */
  async entry(path: string): Promise<Entry> {
    return new Entry(await this.directory(dirname(path)), path === '/' ? '.' : basename(path))
  }

  /** As {@link directory}, for a directory that is only on the way: where all of it leads is asked at the end. */
  async onTheWay(path: string): Promise<Found> {
    this.#root ??= this.#openRoot()
    return this.#through({ directory: await this.#root, links: [] }, path, 0)
  }

  async close(): Promise<void> {
    this.#foundByPath.clear()
    this.#root = undefined
    for (const handle of this.#opened.splice(0)) await handle.close()
  }

  async #openRoot(): Promise<Directory> {
    const handle = await this.#open(this.root, openPath | constants.O_DIRECTORY)
    this.#opened.push(handle)
    // Without /proc, as in a bare chroot, there is only the path.
    const hasProc = isThere(`/proc/self/fd/${handle.fd}`)
    return new Directory(this.root, handle, undefined, { hasProc, open: this.#open })
  }

  async #through(from: Found, path: string, linksBefore: number): Promise<Found> {
    let { directory, links } = from
    for (const name of path.split('/')) {
      if (name === '' || name === '.') continue
      if (name === '..') directory = directory.above ?? directory
      else {
        const next = await this.#step(directory, name, linksBefore)
        directory = next.directory
        links = [...links, ...next.links]
      }
    }
    return { directory, links }
  }

  async #step(from: Directory, name: string, linksBefore: number): Promise<Found> {
    const path = join(from.path, name)
    const found = this.#foundByPath.get(path) ?? (await this.#look(from, name, linksBefore))
    this.#foundByPath.set(path, found)
    return found
  }

  async #look(from: Directory, name: string, linksBefore: number): Promise<Found> {
    try {
      const directory = await from.enter(name)
      this.#opened.push(directory.handle)
      return { directory, links: [] }
    } catch (error) {
      const isLink = ['ENOTDIR', 'ELOOP'].includes(errnoCode(error) ?? '')
      const link = isLink ? await readLink(new Entry(from, name)) : undefined
      if (link === undefined) throw error
      if (linksBefore === linksMax) throw Object.assign(new Error('too many symbolic links'), { code: 'ELOOP' })
      const top = isAbsolute(link.target) ? await this.#root : from
      const links = [{ path: join(from.path, name), uid: link.uid }]
      return this.#through({ directory: top ?? from, links }, link.target, linksBefore + 1)
    }
  }
}

/** A walk for one piece of work, in which nothing stays open. */
export async function walking<T>(root: string, work: (walk: Walk) => Promise<T>, open = openByThreads): Promise<T> {
  const walk = new Walk(root, open)
  try {
    return await work(walk)
  } finally {
    await walk.close()
  }
}

function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined
  } catch {
    return false
  }
}

/** Undefined for what is no link. */
async function readLink({ at, path }: Entry): Promise<{ readonly target: string; readonly uid: number } | undefined> {
  const before = await lstat(at, { bigint: true })
  if (!before.isSymbolicLink()) return undefined
  const target = await readlink(at)
  // Or the owner that was seen is not that of what was read.
  const after = await lstat(at, { bigint: true })
  if (after.ino !== before.ino || after.dev !== before.dev || after.ctimeNs !== before.ctimeNs)
    throw new IsconfError('UNSAFE_LINK', `${path} is a symbolic link that changed while it was read`)
  return { target, uid: Number(before.uid) }
}

async function refuseLeadingAway({ directory, links }: Found): Promise<void> {
  const foreign = links.filter(({ uid }) => uid !== 0 && uid !== process.geteuid?.())
  if (foreign.length === 0) return
  const { uid: owner } = await directory.handle.stat()
  const link = foreign.find(({ uid }) => uid !== owner)
  if (link === undefined) return
  const what = `${link.path} is a symbolic link that belongs to user ${link.uid}`
  throw new IsconfError('UNSAFE_LINK', `${what}, and leads to ${directory.path}, which belongs to user ${owner}`)
}
