import assert from 'node:assert/strict'
import test from 'node:test'
import { seededRandom } from '../../test/sim/random.ts'
import type { Candidate } from './hosts-to-turn-to.ts'
import { connectionsMax, Neighbours, neighboursMax, neighboursMin } from './neighbours.ts'
import type { PeerId } from './transport.ts'

const manyHosts = 1_000

/** Addresses are `NETWORK/NAME`. */
function neighboursIn(network: string, seed = 1): Neighbours {
  return new Neighbours({
    random: seededRandom(seed),
    networkOf: (address) => address.split('/')[0] ?? '',
    isNear: (other) => other === network,
  })
}

function candidate(address: string): Candidate {
  return { peer: address as PeerId, address }
}

/** Has hosts come by themselves, the first `chosen` of them dialed. */
function meet(neighbours: Neighbours, addresses: readonly string[], chosen = 0, nowMs = 0): void {
  for (const [index, address] of addresses.entries()) {
    neighbours.up(address as PeerId, address, nowMs)
    if (index < chosen) neighbours.dialed(address, address as PeerId)
  }
}

const named = (network: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `${network}/${index}`)

test('in a small domain everybody may know everybody', () => {
  const neighbours = neighboursIn('a')
  meet(neighbours, named('b', 23))
  assert.equal(neighbours.wanted(24), undefined)
  assert.deepEqual(neighbours.surplus(24, 60_000), [])
})

test('wanted() is what is missing to eight, and one more now and then', () => {
  const neighbours = neighboursIn('a')
  assert.equal(neighbours.wanted(manyHosts), neighboursMin)
  meet(neighbours, named('b', 6))
  assert.equal(neighbours.wanted(manyHosts), 2)
  meet(neighbours, named('c', 2))
  assert.equal(neighbours.wanted(manyHosts), 0)
  neighbours.explore()
  assert.equal(neighbours.wanted(manyHosts), 1)
  neighbours.dialed('d/0', undefined)
  assert.equal(neighbours.wanted(manyHosts), 0)
})

test('a lost neighbour is replaced by one of those that were offered, a near one first', () => {
  const neighbours = neighboursIn('a')
  neighbours.offer([...named('b', 5), 'a/1'].map(candidate))
  meet(neighbours, named('c', neighboursMin))
  neighbours.down('c/0' as PeerId)
  assert.equal(neighbours.wanted(manyHosts), 1)
  assert.equal(neighbours.addresses(manyHosts)[0], 'a/1')
  assert.equal(neighbours.addresses(manyHosts).length, 6)
})

test('a host that has enough neighbours dials no other because it lacks a near one that can not be dialed yet', () => {
  const neighbours = neighboursIn('a')
  neighbours.offer([...named('b', 20), 'a/1'].map(candidate))
  meet(neighbours, named('c', neighboursMin))
  neighbours.dialed('a/1', undefined)
  assert.equal(neighbours.wanted(manyHosts), 0)
  neighbours.explore()
  assert.equal(neighbours.addresses(manyHosts)[0], 'a/1')
})

test('hosts that are offered the same hosts in the same order begin with different ones', () => {
  const firsts = [1, 2, 3, 4, 5, 6, 7, 8].map((seed) => {
    const neighbours = neighboursIn('a', seed)
    neighbours.offer(named('b', 32).map(candidate))
    return neighbours.addresses(manyHosts)[0]
  })
  assert.ok(new Set(firsts).size >= 5, firsts.join(' '))
})

test('an address that does not answer twice is dropped, and not taken up again for a while', () => {
  const neighbours = neighboursIn('a')
  neighbours.offer([candidate('b/1'), candidate('b/2')])
  neighbours.dialed('b/1', undefined)
  assert.deepEqual(neighbours.addresses(manyHosts), ['b/2', 'b/1'])
  neighbours.dialed('b/1', undefined)
  neighbours.offer([candidate('b/1')])
  assert.deepEqual(neighbours.addresses(manyHosts), ['b/2'])
  neighbours.explore()
  neighbours.offer([candidate('b/1')])
  assert.deepEqual(neighbours.addresses(manyHosts), ['b/2', 'b/1'])
})

test('who turned to us is let go when there are too many, but not before it could learn who else there is', () => {
  const neighbours = neighboursIn('a')
  meet(neighbours, [...named('b', 7), ...named('c', 7)])
  assert.deepEqual(neighbours.surplus(manyHosts, 9_000), [])
  assert.equal(neighbours.surplus(manyHosts, 11_000).length, 14 - neighboursMax)
})

test('one that comes to a host with all its neighbours takes the place of one at once', () => {
  const neighbours = neighboursIn('a')
  meet(neighbours, named('b', 6))
  meet(neighbours, named('c', 6))
  meet(neighbours, ['d/1'], 0, 60_000)
  const surplus = neighbours.surplus(manyHosts, 60_000)
  assert.equal(surplus.length, 1)
  assert.notEqual(surplus[0], 'd/1')
})

test('a host never has more connections than in the largest domain where everybody knows everybody', () => {
  for (const hosts of [2, manyHosts]) {
    const neighbours = neighboursIn('a')
    neighbours.offer([candidate('x/1')])
    meet(neighbours, named('b', connectionsMax - (hosts === 2 ? 1 : 0)))
    assert.deepEqual(neighbours.surplus(hosts, 1_000), [])
    // The last to come is turned away, unless it did not come by itself.
    meet(neighbours, named('c', 2), 0, 1_000)
    neighbours.dialing('x/1')
    meet(neighbours, ['x/1'], 0, 1_000)
    const surplus = neighbours.surplus(hosts, 1_000)
    assert.equal(neighbours.activeCount - surplus.length, connectionsMax)
    assert.equal(surplus[0], 'c/1')
    assert.ok(!surplus.includes('x/1' as PeerId))
  }
})

test('a flood of strangers leaves the near ones and those that were chosen, and costs a bounded number of connections', () => {
  const neighbours = neighboursIn('a')
  const [near, chosen] = [named('a', 2), named('b', 4)]
  meet(neighbours, near)
  meet(neighbours, chosen, chosen.length)
  for (let round = 0; round < 200; round += 1) {
    const nowMs = 20_000 + round * 1_000
    meet(neighbours, [`flood/${round}a`, `flood/${round}b`, `flood/${round}c`, `flood/${round}d`], 0, nowMs)
    for (const peer of neighbours.surplus(manyHosts, nowMs)) {
      assert.ok(![...near, ...chosen].includes(peer), `${peer} was let go`)
      neighbours.down(peer)
    }
    assert.ok(neighbours.activeCount <= connectionsMax, `${neighbours.activeCount} connections`)
  }
})

test('of a network that has more than its share one goes before any other', () => {
  for (let seed = 1; seed <= 20; seed += 1) {
    const neighbours = neighboursIn('a', seed)
    meet(neighbours, [...named('crowd', 9), ...['b/1', 'c/1', 'd/1', 'e/1']])
    assert.match(neighbours.surplus(manyHosts, 60_000).join(' '), /^crowd\/\d$/)
  }
})

test('what is offered is bounded', () => {
  const neighbours = neighboursIn('a')
  neighbours.offer(named('b', 1_000).map(candidate))
  assert.ok(neighbours.addresses(manyHosts).length <= 32)
})
