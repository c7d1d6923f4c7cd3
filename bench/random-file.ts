/** Files that nothing can compress. */
import { createHash, randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

export const MiB = 1024 * 1024

/** Writes a new file of random bytes, which nothing can compress; its SHA-256. */
export function writeRandom(path: string, sizeMiB: number): string {
  const hash = createHash('sha256')
  mkdirSync(dirname(path), { recursive: true })
  const file = openSync(path, 'w')
  for (let count = 0; count < sizeMiB; count += 1) {
    const piece = randomBytes(MiB)
    hash.update(piece)
    writeSync(file, piece)
  }
  // What is still on its way to the disk would slow down what is measured.
  fsyncSync(file)
  closeSync(file)
  return hash.digest('hex')
}
