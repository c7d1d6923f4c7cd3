import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sha256Hex } from './hash.ts'
import { shortBytesMax, shortHash, shortSha256Hex } from './short-hash.ts'

test('shortHash() and shortSha256Hex() give what node:crypto gives, for every length around a block, in pieces as well', () => {
  const lengths = [...Array.from({ length: 200 }, (_, length) => length), 4095, 4096, shortBytesMax]
  for (const length of lengths) {
    const bytes = Buffer.from(Array.from({ length }, (_, at) => (at * 31 + length) & 0xff))
    const hash = shortHash()
    hash.update(bytes.subarray(0, length >> 1))
    hash.update(bytes.subarray(length >> 1))
    assert.equal(Buffer.from(hash.digest()).toString('hex'), sha256Hex(bytes), `${length} bytes`)
  }
  for (const text of ['', 'etc/motd', 'a/ü'.repeat(90)]) assert.equal(shortSha256Hex(text), sha256Hex(text), text)
})
