/** Ann, a plain user of a machine below a directory: what she owns there, and what she lays in root's way. */
import { chownSync, lchownSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { unlessRootHas } from './tools.ts'

/** Her number, and that of her group. */
export const ann = 1234

/** Only root can give her anything. */
export const skipUnlessRoot = unlessRootHas()

/** Makes directories below `root`, with their parents, and gives them to ann; and one file of root's that is none of hers. */
export function annsDirectories(root: string, directories: readonly string[], secret: string): void {
  for (const path of directories) mkdirSync(join(root, path), { recursive: true })
  for (const path of directories) chownSync(join(root, path), ann, ann)
  mkdirSync(join(root, secret, '..'), { recursive: true })
  writeFileSync(join(root, secret), 'secret', { mode: 0o600 })
}

/** Lays a symbolic link of ann's at `path` below `root`; `target` is what is written in it. */
export function annsLink(root: string, path: string, target: string): void {
  symlinkSync(target, join(root, path))
  lchownSync(join(root, path), ann, ann)
}
