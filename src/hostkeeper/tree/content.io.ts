/** What is in a tree on disk. */
import { lstat, readdir, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { Directory } from '../../base/directory.io.ts'
import { errnoText } from '../../base/index.ts'
import { walking } from '../../base/walk.io.ts'
import { asItIs, hashOf, syncPath } from '../program/index.ts'
import { leavesTree, type TreeEntry, treeBytesMax, treeEntriesMax, treeId } from './content.ts'

export interface TreeLook {
  readonly id: string
  readonly entries: readonly TreeEntry[]
  /** Why it can be no configuration tree, each with its path; none when it can. */
  readonly problems: readonly string[]
  /** Whether there is so much that not all of it was looked at; a problem says of what. */
  readonly isTooMuch: boolean
}

/** Reads all of a tree, from descriptors: whatever is exchanged meanwhile. Fails as node:fs does. UNSAFE_LINK. */
export function lookAtTree(tree: string): Promise<TreeLook> {
  return walking('/', async (walk) => lookInto(await walk.directory(tree)))
}

/** The same of an open directory. */
export async function lookInto(tree: Directory): Promise<TreeLook> {
  const look = new Look()
  await look.directory(tree, '')
  const { entries, problems } = look
  for (const entry of entries) {
    if (leavesTree(entry)) problems.push(`${entry.path}: the link leads out of the tree, to ${entry.content}`)
  }
  return { id: treeId(entries), entries, problems, isTooMuch: look.isTooMuch }
}

class Look {
  readonly entries: TreeEntry[] = []
  readonly problems: string[] = []
  isTooMuch = false
  #bytes = 0

  async directory(directory: Directory, path: string): Promise<void> {
    for (const raw of await readdir(directory.self, { encoding: 'buffer' })) {
      const name = raw.toString()
      const below = path === '' ? name : `${path}/${name}`
      if (Buffer.compare(Buffer.from(name), raw) !== 0) this.problems.push(`${below}: the name is not UTF-8`)
      else if (this.entries.length >= treeEntriesMax) return this.#once(`more than ${treeEntriesMax} files`)
      else await this.#entry(directory, name, below).catch((error) => this.#unreadable(below, error))
    }
  }

  async #entry(directory: Directory, name: string, path: string): Promise<void> {
    const at = directory.at(name)
    const found = await lstat(at)
    const mode = found.mode & 0o7777
    if (found.isDirectory()) {
      this.entries.push({ path, kind: 'directory', mode, content: '' })
      const inside = await directory.enter(name)
      await this.directory(inside, path).finally(() => inside.handle.close())
    } else if (found.isSymbolicLink()) {
      this.entries.push({ path, kind: 'link', mode: 0, content: await readlink(at) })
    } else if (found.isFile()) {
      this.#bytes += found.size
      if (this.#bytes > treeBytesMax) return this.#once(`more than ${treeBytesMax} bytes`)
      this.entries.push({ path, kind: 'file', mode, content: hashOf(at, undefined, asItIs) })
    } else {
      this.problems.push(`${path}: neither a file, a directory nor a link`)
    }
  }

  /** Who looks may wait for what vanishes meanwhile; anything else is a mistake at the source. */
  #unreadable(path: string, error: unknown): void {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw error
    this.problems.push(`${path}: ${errnoText(error)}`)
  }

  #once(problem: string): void {
    this.isTooMuch = true
    if (!this.problems.includes(problem)) this.problems.push(problem)
  }
}

/** Makes all of a tree survive a power failure. */
export function syncTree(tree: string, entries: readonly TreeEntry[]): void {
  for (const { path, kind } of entries) if (kind !== 'link') syncPath(join(tree, path))
  syncPath(tree)
}
