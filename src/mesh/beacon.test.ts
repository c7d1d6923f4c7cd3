import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import type { Member } from './admission.ts'
import { decodeBeacon, encodeBeacon } from './beacon.ts'
import { peerIdOf } from './peer-id.ts'

const beacon = { peer: peerIdOf(generateKeyPairSync('ed25519').privateKey), port: 65_027 }

function member(domain: string, ...accepts: string[]): Member {
  return { domain, keys: () => ({ proves: accepts[0], accepts, acceptsAny: false }) }
}

test('a beacon is heard by the hosts of its domain, and by those of a key only when it has the key', () => {
  const plain = encodeBeacon(beacon, member('x.example'))
  const keyed = encodeBeacon(beacon, member('x.example', 'a key'))
  assert.deepEqual(decodeBeacon(plain, member('x.example')), beacon)
  assert.deepEqual(decodeBeacon(keyed, member('x.example')), beacon)
  assert.deepEqual(decodeBeacon(keyed, member('x.example', 'k2', 'a key')), beacon)
  const apart = (mismatch: string): object => ({ peer: beacon.peer, mismatch })
  assert.deepEqual(decodeBeacon(plain, member('y.example')), apart('other domain'))
  assert.deepEqual(decodeBeacon(plain, member('x.example', 'a key')), apart('other key'))
  assert.deepEqual(decodeBeacon(keyed, member('x.example', 'k2')), apart('other key'))
  assert.doesNotMatch(Buffer.from(keyed).toString(), /x\.example|a key/)
})

test('what is no beacon, or was changed on its way, is nothing', () => {
  const keyed = member('x.example', 'k1')
  const text = Buffer.from(encodeBeacon(beacon, keyed)).toString()
  for (const wrong of ['', 'isconf', text.replace('65027', '65536'), `${text} x`, 'x'.repeat(600)]) {
    assert.equal(decodeBeacon(Buffer.from(wrong), keyed), undefined, wrong)
  }
  for (const wrong of [text.replace('65027', '65028'), text.slice(0, -1)]) {
    assert.deepEqual(decodeBeacon(Buffer.from(wrong), keyed), { peer: beacon.peer, mismatch: 'other key' }, wrong)
  }
})

test('a proof of the right length that is no ASCII is one of another key', () => {
  const bytes = Buffer.from(encodeBeacon(beacon, member('x.example', 'k1')))
  bytes[bytes.length - 1] = 0xe3
  assert.deepEqual(decodeBeacon(bytes, member('x.example', 'k1')), { peer: beacon.peer, mismatch: 'other key' })
})
