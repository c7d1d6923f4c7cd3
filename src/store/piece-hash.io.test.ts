import assert from 'node:assert/strict'
import test from 'node:test'
import { pieceBytes, sha256Hex } from '../base/index.ts'
import { workerPieceHasher } from './piece-hash.io.ts'

test('workerPieceHasher() hashes pieces of any memory, many at once, and leaves them as they are', async () => {
  const hasher = workerPieceHasher()
  for (let turn = 0; turn < 5; turn += 1) {
    const pieces = Array.from({ length: 6 }, (_, index) => {
      const memory = index % 3 === 2 ? new ArrayBuffer(pieceBytes) : new SharedArrayBuffer(pieceBytes)
      const bytes = new Uint8Array(memory).fill(10 * turn + index)
      return index === 5 ? bytes.subarray(1, 1000) : bytes
    })
    const wanted = pieces.map((bytes) => sha256Hex(bytes))
    const found = await Promise.all(pieces.map((bytes) => hasher.sha256(bytes)))
    assert.deepEqual(
      found.map((hash) => Buffer.from(hash).toString('hex')),
      wanted,
    )
    assert.deepEqual(
      pieces.map((bytes) => sha256Hex(bytes)),
      wanted,
    )
  }
})
