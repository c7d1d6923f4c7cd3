/** The content of files, in pieces: a file may be larger than the memory. */
import { createHash } from 'node:crypto'
import { closeSync, openSync, readSync } from 'node:fs'

const pieceBytes = 1024 * 1024

/** The SHA-256 of a file, in hexadecimal; `each` gets its bytes as they are read. Fails as node:fs does. */
export function hashOf(path: string, each: (bytes: Uint8Array) => void = () => undefined): string {
  const hash = createHash('sha256')
  const file = openSync(path, 'r')
  try {
    const buffer = Buffer.alloc(pieceBytes)
    for (let length = readSync(file, buffer); length > 0; length = readSync(file, buffer)) {
      const bytes = buffer.subarray(0, length)
      hash.update(bytes)
      each(bytes)
    }
    return hash.digest('hex')
  } finally {
    closeSync(file)
  }
}
