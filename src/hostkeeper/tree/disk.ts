/** What an update does to the disk, one step each, so that a test can end it between any two. */
import type { TreeEntry } from './content.ts'

export interface TreeDisk {
  /** With its parents. */
  makeDirectory(path: string): Promise<void>
  /** A directory whose name nobody has used; its path. */
  makeWork(prefix: string): Promise<string>
  /** Durable when it returns. */
  rename(from: string, to: string): Promise<void>
  link(target: string, path: string): Promise<void>
  /** With all that is in it; no failure when there is nothing. */
  remove(path: string): Promise<void>
  syncTree(tree: string, entries: readonly TreeEntry[]): Promise<void>
}
