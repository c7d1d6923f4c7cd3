/** What is in a tree on disk. */
import { lstat, readdir, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import { errnoText } from '../../base/index.ts'
import { hashOf, syncPath } from '../program/index.ts'
import { leavesTree, type TreeEntry, treeBytesMax, treeEntriesMax, treeId } from './content.ts'

export interface TreeLook {
  readonly id: string
  readonly entries: readonly TreeEntry[]
  /** Why it can be no configuration tree, each with its path; none when it can. */
  readonly problems: readonly string[]
  /** Whether there is so much that not all of it was looked at; a problem says of what. */
  readonly isTooMuch: boolean
}

/** Reads all of a tree. Fails as node:fs does. */
export async function lookAtTree(tree: string): Promise<TreeLook> {
  const walk = new Walk(tree)
  await walk.directory('')
  const { entries, problems } = walk
  for (const entry of entries) {
    if (leavesTree(entry)) problems.push(`${entry.path}: the link leads out of the tree, to ${entry.content}`)
  }
  return { id: treeId(entries), entries, problems, isTooMuch: walk.isTooMuch }
}

class Walk {
  readonly entries: TreeEntry[] = []
  readonly problems: string[] = []
  isTooMuch = false
  readonly #tree: string
  #bytes = 0

  constructor(tree: string) {
    this.#tree = tree
  }

  async directory(path: string): Promise<void> {
    for (const raw of await readdir(join(this.#tree, path), { encoding: 'buffer' })) {
      const name = raw.toString()
      const below = path === '' ? name : `${path}/${name}`
      if (Buffer.compare(Buffer.from(name), raw) !== 0) this.problems.push(`${below}: the name is not UTF-8`)
      else if (this.entries.length >= treeEntriesMax) return this.#once(`more than ${treeEntriesMax} files`)
      else await this.#entry(below).catch((error) => this.#unreadable(below, error))
    }
  }

  async #entry(path: string): Promise<void> {
    const place = join(this.#tree, path)
    const found = await lstat(place)
    const mode = found.mode & 0o7777
    if (found.isDirectory()) {
      this.entries.push({ path, kind: 'directory', mode, content: '' })
      await this.directory(path)
    } else if (found.isSymbolicLink()) {
      this.entries.push({ path, kind: 'link', mode: 0, content: await readlink(place) })
    } else if (found.isFile()) {
      this.#bytes += found.size
      if (this.#bytes > treeBytesMax) return this.#once(`more than ${treeBytesMax} bytes`)
      this.entries.push({ path, kind: 'file', mode, content: hashOf(place) })
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
