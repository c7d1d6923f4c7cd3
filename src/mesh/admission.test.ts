import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import test from 'node:test'
import { joinedWires } from '../../test/sim/wires.ts'
import {
  admit,
  type DomainKeys,
  type Member,
  noKeys,
  nonceBytes,
  RefusedError,
  type Role,
  type Wire,
} from './admission.ts'
import type { PeerId } from './transport.ts'

const alder = 'alder' as PeerId
const birch = 'birch' as PeerId
const binding = randomBytes(32)

/** Two joined wires; `record` sees what each side sends. */
function wires(record: (from: Role, bytes: Uint8Array) => void = () => undefined): Record<Role, Wire> {
  const [dialer, listener] = joinedWires()
  const recorded = (role: Role, wire: Wire): Wire => ({
    read: wire.read,
    send: (bytes) => {
      record(role, bytes)
      return wire.send(bytes)
    },
  })
  return { dialer: recorded('dialer', dialer), listener: recorded('listener', listener) }
}

/** What each side came to: 'admitted', or why not. */
async function meet(dialer: Member, listener: Member, pair = wires()): Promise<readonly string[]> {
  const nonce = (): Uint8Array => randomBytes(nonceBytes)
  const settled = await Promise.allSettled([
    admit(pair.dialer, { role: 'dialer', self: alder, other: birch, nonce: nonce(), binding }, dialer),
    admit(pair.listener, { role: 'listener', self: birch, other: alder, nonce: nonce(), binding }, listener),
  ])
  return settled.map((result) => {
    if (result.status === 'fulfilled') return 'admitted'
    assert.ok(result.reason instanceof RefusedError, String(result.reason))
    return `${result.reason.byOther ? 'by other' : 'by me'}: ${result.reason.reason}`
  })
}

function member(domain: string, ...lines: string[]): Member {
  const accepts = lines.filter((line) => line !== '+ANY+')
  const keys: DomainKeys = { proves: accepts[0], accepts, acceptsAny: lines.includes('+ANY+') }
  return { domain, keys: () => keys }
}

const admitted = ['admitted', 'admitted']
const listenerRefusesKey = ['by other: other key', 'by me: other key']
const dialerRefusesKey = ['by me: other key', 'by other: other key']

// The dialer's key file, the listener's, and what each comes to.
const keyTable: readonly [string, readonly string[], readonly string[], readonly string[]][] = [
  ['neither has keys', [], [], admitted],
  ['the same key', ['k1'], ['k1'], admitted],
  ['different keys', ['k1'], ['k2'], listenerRefusesKey],
  ['a key at the dialer alone', ['k1'], [], dialerRefusesKey],
  ['a key at the listener alone', [], ['k1'], listenerRefusesKey],
  ['the new key is second at one side only', ['k1', 'k2'], ['k1'], admitted],
  ['one side already proves with the new key', ['k2', 'k1'], ['k1', 'k2'], admitted],
  ['the old key is retired at one side too early', ['k2'], ['k1', 'k2'], dialerRefusesKey],
  ['the listener does not know the new first key', ['k2', 'k1'], ['k1'], listenerRefusesKey],
  ['+ANY+ at the dialer, none at the listener', ['k1', '+ANY+'], [], admitted],
  ['+ANY+ at the listener, none at the dialer', [], ['k1', '+ANY+'], admitted],
  ['+ANY+ at both, different keys', ['k1', '+ANY+'], ['k2', '+ANY+'], admitted],
  ['+ANY+ at the dialer, the same key', ['k1', '+ANY+'], ['k1'], admitted],
  ['+ANY+ still proves: another key is refused by who has no +ANY+', ['k1', '+ANY+'], ['k2'], listenerRefusesKey],
  ['+ANY+ alone, keys at the other side', ['+ANY+'], ['k1'], listenerRefusesKey],
  ['+ANY+ alone, none at the other side', ['+ANY+'], [], admitted],
]

for (const [name, dialerKeys, listenerKeys, expected] of keyTable) {
  test(`admission, ${name}`, async () => {
    assert.deepEqual(await meet(member('x.com', ...dialerKeys), member('x.com', ...listenerKeys)), expected)
  })
}

test('another domain is refused whatever the keys, and both sides learn why', async () => {
  const expected = ['by other: other domain', 'by me: other domain']
  assert.deepEqual(await meet(member('x.com', 'k1'), member('y.com', 'k1')), expected)
  assert.deepEqual(await meet(member('x.com'), member('y.com')), expected)
  assert.deepEqual(await meet(member('x.com', '+ANY+'), member('y.com', '+ANY+')), expected)
})

test('keys are read at each handshake', async () => {
  let keys: DomainKeys = noKeys
  const changing: Member = { domain: 'x.com', keys: () => keys }
  assert.deepEqual(await meet(changing, member('x.com', 'k1')), listenerRefusesKey)
  keys = { proves: 'k1', accepts: ['k1'], acceptsAny: false }
  assert.deepEqual(await meet(changing, member('x.com', 'k1')), admitted)
})

test('the listener shows a stranger nothing but its nonce and a verdict', async () => {
  const sent = { dialer: 0, listener: 0 }
  const pair = wires((from, bytes) => {
    sent[from] += bytes.length
  })
  await meet(member('x.com', 'k1'), member('x.com', 'k2'), pair)
  assert.equal(sent.listener, 1 + nonceBytes + 1)
})

test('neither the domain nor the key crosses the wire', async () => {
  const all: Uint8Array[] = []
  await meet(
    member('x.com', 'secret'),
    member('x.com', 'secret'),
    wires((_from, bytes) => all.push(bytes)),
  )
  const text = Buffer.concat(all).toString('latin1')
  assert.ok(!text.includes('x.com') && !text.includes('secret'))
})

test('a proof that is sent back to who made it is refused', async () => {
  // The stranger listens, and answers with an echo of all it is sent.
  const inbox: Buffer[] = []
  const echo: Wire = {
    send: async (bytes) => void inbox.push(Buffer.from(bytes)),
    read: async (length) => {
      const all = Buffer.concat(inbox.splice(0))
      // Its verdict is a zero byte: accepted.
      if (length === 1) {
        inbox.push(all)
        return Uint8Array.of(0)
      }
      inbox.push(all.subarray(length))
      return all.subarray(0, length)
    },
  }
  const handshake = { role: 'dialer', self: alder, other: birch, nonce: randomBytes(nonceBytes), binding } as const
  await assert.rejects(admit(echo, handshake, member('x.com')), RefusedError)
})

test('a proof made for another peer is refused', async () => {
  // A stranger in the middle hands every byte on, but each side sees the stranger's own id.
  const pair = wires()
  const stranger = 'stranger' as PeerId
  const joins = (role: Role, self: PeerId): Promise<string | undefined> =>
    admit(pair[role], { role, self, other: stranger, nonce: randomBytes(nonceBytes), binding }, member('x.com', 'k1'))
  const settled = await Promise.allSettled([joins('dialer', alder), joins('listener', birch)])
  assert.deepEqual(
    settled.map(({ status }) => status),
    ['rejected', 'rejected'],
  )
})

test('another version of the conversation is refused', async () => {
  const hello: Wire = { send: async () => undefined, read: async (length) => new Uint8Array(length).fill(9) }
  const handshake = { role: 'listener', self: alder, other: birch, nonce: randomBytes(nonceBytes), binding } as const
  await assert.rejects(admit(hello, handshake, member('x.com')), /other release/)
})

test('admit() says which of its keys the other side has proved, also where any is let in', async () => {
  const pair = wires()
  const any: Member = { domain: 'x.com', keys: () => ({ proves: 'k1', accepts: ['k1', 'k2'], acceptsAny: true }) }
  const joins = (role: Role, self: PeerId, other: PeerId, who: Member): Promise<string | undefined> =>
    admit(pair[role], { role, self, other, nonce: randomBytes(nonceBytes), binding }, who)
  const proved = await Promise.all([
    joins('dialer', alder, birch, any),
    joins('listener', birch, alder, member('x.com')),
  ])
  assert.deepEqual(proved, [undefined, undefined])
  const again = wires()
  const both = await Promise.all([
    admit(again.dialer, { role: 'dialer', self: alder, other: birch, nonce: randomBytes(nonceBytes), binding }, any),
    admit(
      again.listener,
      { role: 'listener', self: birch, other: alder, nonce: randomBytes(nonceBytes), binding },
      {
        domain: 'x.com',
        keys: () => ({ proves: 'k2', accepts: ['k1', 'k2'], acceptsAny: false }),
      },
    ),
  ])
  assert.deepEqual(both, ['k2', 'k1'])
})

test('what was proved on another connection proves nothing on this one', async () => {
  const pair = wires()
  const who = member('x.com', 'k1')
  const of = (role: Role, self: PeerId, other: PeerId, ownBinding: Uint8Array) =>
    admit(pair[role], { role, self, other, nonce: randomBytes(nonceBytes), binding: ownBinding }, who)
  // Whoever stands between two connections hands everything on, and still has not the same secret on both.
  const met = await Promise.allSettled([
    of('dialer', alder, birch, randomBytes(32)),
    of('listener', birch, alder, randomBytes(32)),
  ])
  assert.deepEqual(
    met.map((one) => one.status),
    ['rejected', 'rejected'],
  )
})
