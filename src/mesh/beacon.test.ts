import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import { decodeBeacon, encodeBeacon } from './beacon.ts'
import { peerIdOf } from './peer-id.ts'

const peer = peerIdOf(generateKeyPairSync('ed25519').privateKey)
const bytes = encodeBeacon(peer, 65_027, 'x.example')

test('a beacon says which host listens where, and to a host of another domain that it is of another', () => {
  assert.deepEqual(decodeBeacon(bytes, 'x.example'), { peer, port: 65_027, isOfDomain: true })
  assert.deepEqual(decodeBeacon(bytes, 'y.example'), { peer, port: 65_027, isOfDomain: false })
})

test('a beacon is the same whatever the keys: its words are a hash of the domain, the id and the port', () => {
  assert.match(Buffer.from(bytes).toString(), /^isconf-beacon-2 [0-9a-f]{16} 12D3KooW\w+ 65027$/)
  assert.doesNotMatch(Buffer.from(bytes).toString(), /x\.example/)
})

test('the beacon of a release before this one is a place to dial, whatever it proves', () => {
  const older = `${Buffer.from(bytes).toString().replace('beacon-2', 'beacon-1')} ${'0'.repeat(64)}`
  assert.deepEqual(decodeBeacon(Buffer.from(older), 'x.example'), { peer, port: 65_027, isOfDomain: true })
})

test('what is no beacon is nothing', () => {
  const text = Buffer.from(bytes).toString()
  const wrongs = ['', 'isconf', text.replace('65027', '65536'), `${text} x`, text.replace('-2', '-1'), 'x'.repeat(600)]
  for (const wrong of [...wrongs, text.replace('12D3', '12D4')]) {
    assert.equal(decodeBeacon(Buffer.from(wrong), 'x.example'), undefined, wrong)
  }
})
