/** What a host's daemon keeps of files, changed by hand while it does not run. */
import { createHash } from 'node:crypto'
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pieceBytes } from '../../src/base/index.ts'
import type { LabHost } from './lab.ts'

/**
 * Makes a host lose a file that its journal names, but for the first pieces of it; the next daemon gets the rest when
 * somebody asks for it, and not before.
 */
export async function loses(host: LabHost, content: string | Uint8Array, piecesKept: number): Promise<string> {
  // A daemon notes at its start that it has looked for what is missing.
  await host.does('restart')
  await host.stop()
  const bytes = Buffer.from(content)
  const id = sha256(bytes).toString('hex')
  const store = join(host.outsideHome, 'store')
  const path = join(store, id.slice(0, 2), id)
  if (!existsSync(path)) throw new Error(`${host.name} has no file ${id}`)
  for (const one of [path, `${path}.pieces`]) rmSync(one, { force: true })
  if (piecesKept > 0) {
    const partial = join(store, 'partial', id)
    const count = Math.ceil(bytes.length / pieceBytes)
    const pieces = Array.from({ length: count }, (_, index) =>
      bytes.subarray(index * pieceBytes, (index + 1) * pieceBytes),
    )
    writeFileSync(partial, bytes.subarray(0, piecesKept * pieceBytes))
    writeFileSync(`${partial}.pieces`, Buffer.concat(pieces.map(sha256)))
    writeFileSync(`${partial}.have`, new Uint8Array(piecesKept).fill(1))
  }
  await host.start()
  return id
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest()
}
