import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { pieceBytes } from '../base/index.ts'
import { pack, unpack } from './packing.ts'

test('text and holes travel packed, and come out as they went in', () => {
  const text = Buffer.from('Listen 80\nServerName birch.example.com\n'.repeat(2_000))
  for (const part of [text, Buffer.alloc(pieceBytes), Buffer.alloc(1_024)]) {
    const { bytes, isPacked } = pack(part)
    assert.ok(isPacked && bytes.length < part.length / 10, `${bytes.length} of ${part.length}`)
    assert.ok(part.equals(unpack(bytes, part.length)))
  }
})

test('what a sample finds to be packed already, and what is tiny, travels as it is', () => {
  for (const part of [randomBytes(pieceBytes), Buffer.alloc(10), Buffer.alloc(0)]) {
    assert.deepEqual(pack(part), { bytes: part, isPacked: false })
  }
  // The sample's three places may be all that can be packed.
  const deceiving = randomBytes(pieceBytes)
  for (const at of [0, pieceBytes / 2, pieceBytes - 4_096]) deceiving.fill(0, at, at + 4_096)
  assert.equal(pack(deceiving).isPacked, false)
})

test('a part that unpacks to more or less than it should, or not at all, is refused', () => {
  const { bytes } = pack(Buffer.alloc(pieceBytes))
  assert.throws(() => unpack(bytes, pieceBytes - 1))
  assert.throws(() => unpack(bytes, pieceBytes + 1))
  assert.throws(() => unpack(bytes.subarray(0, bytes.length - 1), pieceBytes))
  assert.throws(() => unpack(Buffer.from('no zstd'), 7))
})
