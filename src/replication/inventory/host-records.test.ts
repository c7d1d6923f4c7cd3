import assert from 'node:assert/strict'
import test from 'node:test'
import { chance, seededRandom } from '../../../test/sim/random.ts'
import type { PeerId } from '../../mesh/index.ts'
import { HostRecords, type KeptRecord, saidMax } from './host-records.ts'

function kept(name: string, count: number, from?: string): KeptRecord {
  const record = { peer: name as PeerId, count, time: '2030-01-01T00:00:00.000Z', addresses: [], host: name }
  return { signed: { said: '', signature: '' }, record, saidMs: 0, seen: record.time, from: from as PeerId }
}

/** Has two hosts compare everything and give each other what is lacked, as the exchange does. */
function level(here: HostRecords, there: HostRecords): number {
  const compared = there.differing(here.groups())
  const have = there.haves(compared)
  const [lackedThere, lackedHere] = [here.newerThan(have, compared), here.lacks(have)]
  for (const one of here.named(lackedThere)) there.put(one)
  for (const one of there.named(lackedHere)) here.put(one)
  return have.length + lackedThere.length
}

test('put() keeps the record with the larger count, whatever the order', () => {
  const records = new HostRecords()
  assert.equal(records.put(kept('alder', 2)), true)
  assert.equal(records.put(kept('alder', 1)), false)
  assert.equal(records.put(kept('alder', 2)), false)
  assert.equal(records.put(kept('alder', 3)), true)
  assert.equal(records.get('alder' as PeerId)?.record.count, 3)
  assert.equal(records.size, 1)
})

test('digest() is the same for the same records, however they came', () => {
  const [one, other] = [new HostRecords(), new HostRecords()]
  for (const name of ['alder', 'birch', 'cedar']) one.put(kept(name, 2))
  for (const name of ['cedar', 'alder', 'birch']) for (const count of [1, 2]) other.put(kept(name, count))
  assert.equal(one.digest(), other.digest())
  other.forget('birch' as PeerId)
  assert.notEqual(one.digest(), other.digest())
})

test('havesSince() names what has arrived, but for what that neighbour gave', () => {
  const records = new HostRecords()
  records.put(kept('alder', 1))
  const { arrived } = records
  records.put(kept('birch', 35, 'cedar'))
  records.put(kept('elder', 36))
  assert.deepEqual(records.havesSince(arrived, 'cedar' as PeerId), ['elder.10'])
  assert.deepEqual(records.havesSince(arrived, 'oak' as PeerId), ['birch.z', 'elder.10'])
  records.put(kept('cedar', 2, 'cedar'))
  // Its own it may not know: a copy of it has the same id.
  assert.deepEqual(records.havesSince(arrived, 'cedar' as PeerId), ['elder.10', 'cedar.2'])
  for (let count = 2; count < 20_000; count += 1) records.put(kept('alder', count))
  assert.equal(records.havesSince(arrived, 'oak' as PeerId), undefined)
})

test('more hosts than there can be push out the one that was heard longest ago', () => {
  const records = new HostRecords()
  for (let host = 0; host < 20_010; host += 1) records.put(kept(`host${host}`, 1))
  assert.equal(records.size, 20_000)
  assert.equal(records.get('host9' as PeerId), undefined)
  assert.ok(records.get('host10' as PeerId))
})

test('hosts that say very much are forgotten in time, and so take no memory', () => {
  const records = new HostRecords()
  const said = 'x'.repeat(32 * 1024)
  for (let host = 0; host < 2_000; host += 1)
    records.put({ ...kept(`host${host}`, 1), signed: { said, signature: '' } })
  assert.equal(records.size, saidMax / said.length)
  assert.ok(records.get('host1999' as PeerId))
  // One that says something else counts once.
  for (let count = 2; count < 2_000; count += 1)
    records.put({ ...kept('host1999', count), signed: { said, signature: '' } })
  assert.equal(records.size, saidMax / said.length)
})

for (let seed = 1; seed <= 10; seed += 1) {
  test(`two hosts that compare everything have the newest of both, and name little else (seed ${seed})`, () => {
    const random = seededRandom(seed)
    const [one, other] = [new HostRecords(), new HostRecords()]
    const newest = new Map<string, number>()
    let differing = 0
    for (let host = 0; host < 2_000; host += 1) {
      const name = `host${host}`
      const counts = [1 + random.below(1_000), 1 + random.below(1_000)]
      const isSame = !chance(random, 0.01)
      if (!isSame) differing += 1
      const [first = 1, second = 1] = isSame ? [counts[0], counts[0]] : counts
      one.put(kept(name, first))
      other.put(kept(name, second))
      newest.set(name, Math.max(first, second))
    }
    const named = level(one, other)
    assert.ok(named < 2_000 && named >= differing, `${named} names for ${differing} differences`)
    assert.equal(one.digest(), other.digest())
    for (const [name, count] of newest) {
      for (const records of [one, other]) assert.equal(records.get(name as PeerId)?.record.count, count)
    }
  })
}
