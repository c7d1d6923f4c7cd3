import assert from 'node:assert/strict'
import { createPrivateKey } from 'node:crypto'
import { test } from 'node:test'
import { generator, Party, scalarMult } from './cpace.ts'

const hex = (text: string): Buffer => Buffer.from(text, 'hex')

// Test vectors of draft-irtf-cfrg-cpace-21, "CPace using group X25519 and hash SHA-512".
const session = {
  sid: hex('7e4b4791d6a8ef019b936c79fb7f2c57'),
  channel: Buffer.from('\x0bA_initiator\x0bB_responder'),
}
const ya = hex('21b4f4bd9e64ed355c3eb676a28ebedaf6d8f17bdc365995b319097153044080')
const yb = hex('848b0779ff415f0af4ea14df9dd1d3c29ac41d836c7808896c4eba19c51ac40a')

test('generator, shares and session key are those of the draft', () => {
  const g = 'd04bf6d41f6a289632a2e929fa29bebd51092512a7829fdde7d314b62f05a73f'
  assert.equal(Buffer.from(generator('Password', session)).toString('hex'), g)
  const [a, b] = [new Party('Password', session, ya), new Party('Password', session, yb)]
  assert.deepEqual(a.share, hex('1d13c89278cdadd826f6d8d7f887701430f8380ddc17611cdd6dc989ce0c9f32'))
  assert.deepEqual(b.share, hex('248cccf6d5cdc3646f0ad593f9e6cef4e69d4945f8372e623512ecea32185623'))
  const [saidA, saidB] = [said(a, 'ADa'), said(b, 'ADb')]
  const isk =
    '6e19b875f7a561d6b3ca3dbb9ef42ac55de3e717881018204b8922b4d5e53bb2' +
    'aa82c300bea7b65d2b671da71922ddf6472301b79bc270adfa8bf413285f2263'
  assert.deepEqual(a.sessionKey(b.share, saidA, saidB), hex(isk))
  assert.deepEqual(b.sessionKey(a.share, saidA, saidB), hex(isk))
})

test('a point of low order ends the run, and X25519 takes others as RFC 7748 says', () => {
  const s = hex('af46e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449aff')
  const der = Buffer.concat([hex('302e020100300506032b656e04220420'), s])
  const scalar = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  const a = new Party('Password', session, ya)
  const low = [
    '0000000000000000000000000000000000000000000000000000000000000000',
    '0100000000000000000000000000000000000000000000000000000000000000',
    'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
    '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
    'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  ]
  for (const u of low) {
    assert.throws(() => scalarMult(scalar, hex(u)), u)
    assert.throws(() => a.sessionKey(hex(u), said(a, ''), { share: hex(u), data: hex('') }), u)
  }
  assert.deepEqual(
    scalarMult(scalar, hex('daffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff')),
    hex('d8e2c776bbacd510d09fd9278b7edcd25fc5ae9adfba3b6e040e8d3b71b21806'),
  )
})

test('another secret, another run, another channel or another word gives another session key', () => {
  const other = (secret: string, changes: object = {}): Party => new Party(secret, { ...session, ...changes }, yb)
  const a = new Party('Password', session, ya)
  const keys = (b: Party, dataB = 'ADb', dataAtB = dataB): boolean => {
    const mine = a.sessionKey(b.share, said(a, 'ADa'), said(b, dataB))
    return Buffer.from(mine).equals(b.sessionKey(a.share, said(a, 'ADa'), said(b, dataAtB)))
  }
  assert.equal(keys(other('Password')), true)
  for (const b of [other('password'), other('Password', { sid: ya }), other('Password', { channel: ya })]) {
    assert.equal(keys(b), false)
  }
  assert.equal(keys(other('Password'), 'ADb', 'ADc'), false)
})

function said({ share }: Party, data: string): { readonly share: Uint8Array; readonly data: Uint8Array } {
  return { share, data: Buffer.from(data) }
}
