import assert from 'node:assert/strict'
import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import { peerIdOf, peerIdOfPeer, publicKeyOf } from './peer-id.ts'

// A key of 32 sevens, as PKCS #8.
const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.alloc(32, 7)])
const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })

test('a key has the id that libp2p gives it, whichever half is known', () => {
  const id = '12D3KooWRawPbxPtP1eZaJpumGnyWX2DcUyd3RQnydr3eAto4Az7'
  assert.equal(peerIdOf(key), id)
  assert.equal(peerIdOf(createPublicKey(key)), id)
})

test('publicKeyOf() gives the key back, and nothing for what is no id', () => {
  assert.ok(publicKeyOf(peerIdOf(key))?.equals(createPublicKey(key)))
  const id = peerIdOf(key)
  for (const wrong of ['', 'alder', id.slice(1), `${id}1`, id.replace('12D3', '1203'), '0OIl', '1'.repeat(10_000)]) {
    assert.equal(publicKeyOf(wrong), undefined, wrong)
  }
})

test('a key of another type has no id', () => {
  assert.equal(peerIdOfPeer(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey), undefined)
})
