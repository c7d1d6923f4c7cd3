import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import test from 'node:test'
import { joinedWires } from '../../test/sim/wires.ts'
import { systemRandom } from '../base/random.io.ts'
import { hmacKeysMax } from '../config/index.ts'
import {
  admit,
  type DomainKeys,
  type Handshake,
  type Member,
  noKeys,
  nonceBytes,
  type Role,
  type Wire,
} from './admission.ts'
import { RefusedError } from './refused-error.ts'
import type { PeerId } from './transport.ts'

const alder = 'alder' as PeerId
const birch = 'birch' as PeerId
const stranger = 'stranger' as PeerId
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

/** One side's part; a dialer is alder and speaks to birch, unless it is said otherwise. */
function part(role: Role, changes: Partial<Handshake> = {}): Handshake {
  const [self, other] = role === 'dialer' ? [alder, birch] : [birch, alder]
  return { role, self, other, nonce: randomBytes(nonceBytes), random: systemRandom, binding, ...changes }
}

/** What each side came to: 'admitted', or why not. */
async function meet(dialer: Member, listener: Member, pair = wires()): Promise<readonly string[]> {
  const settled = await Promise.allSettled([
    admit(pair.dialer, part('dialer'), dialer),
    admit(pair.listener, part('listener'), listener),
  ])
  return settled.map((result) => {
    if (result.status === 'fulfilled') return 'admitted'
    assert.ok(result.reason instanceof RefusedError, String(result.reason))
    return `${result.reason.byOther ? 'by other' : 'by me'}: ${result.reason.reason}`
  })
}

/** Whether each side was admitted, in the order in which they are given. */
async function outcomes(...sides: readonly Promise<unknown>[]): Promise<readonly string[]> {
  return (await Promise.allSettled(sides)).map(({ status }) => status)
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

test('the listener shows a stranger nothing but its nonce, a share for each key and a verdict', async () => {
  const sent = { dialer: 0, listener: 0 }
  const pair = wires((from, bytes) => {
    sent[from] += bytes.length
  })
  await meet(member('x.com', 'k1'), member('x.com', 'k2', 'k3'), pair)
  assert.equal(sent.listener, 1 + nonceBytes + 1 + 2 * 32 + 1)
})

test('what a stranger that was dialed has recorded helps it to try no key but the one that it had guessed', async () => {
  // A stranger can play its part again, by itself, as if it had had another key from the start.
  const facts = {
    nonce: randomBytes(nonceBytes),
    random: { ...systemRandom, bytes: (n: number) => Buffer.alloc(n, 7) },
  }
  const fits = async (guessed: string, tried: string): Promise<boolean> => {
    const said: Uint8Array[] = []
    const pair = wires((from, bytes) => {
      if (from === 'dialer') said.push(bytes)
    })
    await outcomes(
      admit(pair.dialer, part('dialer'), member('x.com', 'secret')),
      admit(pair.listener, part('listener', facts), member('x.com', guessed)),
    )
    const again = admit(recording(said), part('listener', facts), member('x.com', tried))
    return again.then(
      () => true,
      (error) => !/refused: other key/.test(String(error)),
    )
  }
  assert.equal(await fits('secret', 'secret'), true, 'who has the key sees that it fits')
  assert.equal(await fits('guess', 'guess'), false)
  assert.equal(await fits('guess', 'secret'), false, 'on what was said to who had none, even the key does not fit')
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

test('a proof made for another peer is refused', async () => {
  // A stranger in the middle hands every byte on, but each side sees the stranger's own id.
  const [pair, who] = [wires(), member('x.com', 'k1')]
  const sides = await outcomes(
    admit(pair.dialer, part('dialer', { other: stranger }), who),
    admit(pair.listener, part('listener', { other: stranger }), who),
  )
  assert.deepEqual(sides, ['rejected', 'rejected'])
})

test('what a host says to who dialed it, brought back to it by who was dialed, and the other way round, is refused', async () => {
  const [pair, who] = [wires(), member('x.com', 'k1')]
  const sides = await outcomes(
    admit(pair.dialer, part('dialer', { self: alder, other: stranger }), who),
    admit(pair.listener, part('listener', { self: alder, other: stranger }), who),
  )
  assert.deepEqual(sides, ['rejected', 'rejected'])
})

test('what was proved on another connection proves nothing on this one', async () => {
  // Whoever stands between two connections hands everything on, and still has not the same secret on both.
  const [pair, who] = [wires(), member('x.com', 'k1')]
  const sides = await outcomes(
    admit(pair.dialer, part('dialer', { binding: randomBytes(32) }), who),
    admit(pair.listener, part('listener', { binding: randomBytes(32) }), who),
  )
  assert.deepEqual(sides, ['rejected', 'rejected'])
})

test('what a host has said is refused when it is said again', async () => {
  const said: Record<Role, Uint8Array[]> = { dialer: [], listener: [] }
  const who = member('x.com', 'k1')
  assert.deepEqual(
    await meet(
      who,
      who,
      wires((from, bytes) => void said[from].push(bytes)),
    ),
    admitted,
  )
  // Even if TLS did not tell the connections apart.
  await assert.rejects(admit(recording(said.dialer), part('listener'), who), /other domain/)
  const nonce = said.dialer[0]?.subarray(1) as Uint8Array
  await assert.rejects(admit(recording(said.listener), part('dialer', { nonce }), who), RefusedError)
})

// Which message, whose, from which byte: the positions of what admission.ts puts together.
const share = { dialer: [1, 33], listener: [1, 1] } as const
const proof = { dialer: [1, 65], listener: [2, 33] } as const
const other = { dialer: 'listener', listener: 'dialer' } as const

for (const role of ['dialer', 'listener'] as const) {
  const changed = async (
    which: typeof share | typeof proof,
    bytes: Uint8Array,
  ): Promise<readonly PromiseSettledResult<unknown>[]> => {
    const pair = wires()
    const [message, at] = which[role]
    let count = 0
    const changing: Wire = {
      read: pair[role].read,
      send: (sent) => {
        const said = Buffer.from(sent)
        if (count++ === message) said.set(bytes, at)
        return pair[role].send(said)
      },
    }
    const who = member('x.com', 'k1')
    const right = admit(pair[other[role]], part(other[role]), who)
    const wrong = admit(changing, part(role), who)
    return Promise.allSettled([right, Promise.race([wrong, right])])
  }

  test(`the ${role} shows a point of low order as its share: that ends it`, async () => {
    for (const low of [Buffer.alloc(32), Buffer.alloc(32, 1).fill(0, 1)]) {
      const [right] = await changed(share, low)
      assert.match(String(right?.status === 'rejected' && right.reason), /low order/)
    }
  })

  test(`the ${role} shows another share than it has, or a proof that is none: it is refused`, async () => {
    for (const [which, bytes] of [
      [share, Buffer.alloc(32, 9)],
      [proof, Buffer.alloc(32, 9)],
    ] as const) {
      const [right] = await changed(which, bytes)
      assert.ok(right?.status === 'rejected')
      // Who dialed a stranger with another share proves nothing to it, and is told so.
      assert.match(
        String(right.reason),
        which === share && role === 'listener' ? /refused this host: other key/ : /refused: other key/,
      )
    }
  })
}

test('a host of the version before this one and this one each learn at once that the other is of another', async () => {
  for (const role of ['dialer', 'listener'] as const) {
    const pair = wires()
    const older = async (): Promise<number | undefined> => {
      await pair[other[role]].send(Buffer.concat([Uint8Array.of(2), randomBytes(nonceBytes)]))
      return (await pair[other[role]].read(1 + nonceBytes))[0]
    }
    const [theirs, ours] = [older(), admit(pair[role], part(role), member('x.com', 'k1'))]
    await assert.rejects(ours, /^RefusedError: refused: other release/)
    assert.equal(await theirs, 3)
  }
})

test('as many keys as a file may have are tried, and who shows more is none', async () => {
  const keys = Array.from({ length: hmacKeysMax }, (_, index) => `key-${index}`)
  assert.deepEqual(await meet(member('x.com', ...keys), member('x.com', ...keys.toReversed())), admitted)
  const hello = [3, ...randomBytes(nonceBytes)]
  const said = recording([Uint8Array.of(...hello, hmacKeysMax + 1)])
  await assert.rejects(admit(said, part('dialer'), member('x.com', 'k1')), /more keys than a host may have/)
})

test('admit() says which of its keys the other side has proved, also where any is let in', async () => {
  const any: Member = { domain: 'x.com', keys: () => ({ proves: 'k1', accepts: ['k1', 'k2'], acceptsAny: true }) }
  const second: Member = { domain: 'x.com', keys: () => ({ proves: 'k2', accepts: ['k1', 'k2'], acceptsAny: false }) }
  const proved = (listener: Member, pair = wires()): Promise<unknown> =>
    Promise.all([admit(pair.dialer, part('dialer'), any), admit(pair.listener, part('listener'), listener)])
  assert.deepEqual(await proved(member('x.com')), [undefined, undefined])
  assert.deepEqual(await proved(second), ['k2', 'k1'])
})

/** Somebody who says this, whatever it is told. */
function recording(said: readonly Uint8Array[]): Wire {
  let rest = Buffer.concat(said)
  return {
    send: async () => undefined,
    read: async (length) => {
      if (rest.length < length) throw new Error('gone')
      const read = rest.subarray(0, length)
      rest = rest.subarray(length)
      return read
    },
  }
}
