import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chance, seededRandom } from '../../test/sim/random.ts'
import { NewsOutbox } from './news-outbox.ts'

type Outbox = NewsOutbox<string, string>

/** Tells a neighbour what is due until nothing is, and gives the keys of each telling. */
function flush(outbox: Outbox, peer: string, here: ReadonlyMap<string, string>, nowMs = 0): readonly string[][] {
  const tellings: string[][] = []
  for (;;) {
    const telling = outbox.next(peer, (key) => here.get(key), nowMs)
    if (!telling) return tellings
    tellings.push([...telling.versions.keys()])
    outbox.told(peer, telling, true, nowMs)
  }
}

function outboxWith(...peers: readonly string[]): Outbox {
  const outbox: Outbox = new NewsOutbox()
  for (const peer of peers) outbox.up(peer)
  return outbox
}

test('changed() has every neighbour told once, but for the one who told it', () => {
  const outbox = outboxWith('alder', 'birch')
  const here = new Map([['generic', '1']])
  outbox.changed(['generic'], 'alder')
  assert.deepEqual(flush(outbox, 'birch', here), [['generic']])
  assert.deepEqual(flush(outbox, 'alder', here), [])
  outbox.changed(['generic'])
  assert.deepEqual(flush(outbox, 'birch', here), [])
})

test('has() keeps a neighbour from being told what it told, and has it told what it lacks', () => {
  const outbox = outboxWith('alder', 'birch')
  const here = new Map([['generic', '2']])
  outbox.changed(['generic'])
  outbox.has('alder', new Map([['generic', '2']]))
  outbox.has('birch', new Map([['generic', '1']]))
  assert.deepEqual(flush(outbox, 'alder', here), [])
  assert.deepEqual(flush(outbox, 'birch', here), [['generic']])
})

test('two hosts that never agree tell each other once and not for ever', () => {
  const [alder, birch] = [outboxWith('birch'), outboxWith('alder')]
  let told = 0
  alder.changed(['generic'])
  for (let turn = 0; turn < 100; turn += 1) {
    const [from, to, peers, version] =
      turn % 2 === 0 ? [alder, birch, ['birch', 'alder'], 'a'] : [birch, alder, ['alder', 'birch'], 'b']
    const news = flush(from as Outbox, peers[0] ?? '', new Map([['generic', version]]))
    told += news.length
    if (news.length > 0) (to as Outbox).has(peers[1] ?? '', new Map([['generic', version]]))
  }
  assert.equal(told, 2)
})

test('next() gives the newest of what changed meanwhile, and one telling at a time', () => {
  const outbox = outboxWith('alder')
  outbox.changed(['generic'])
  const first = outbox.next('alder', () => '1', 0)
  assert.ok(first)
  for (const _ of ['2', '3', '4']) outbox.changed(['generic'])
  assert.equal(
    outbox.next('alder', () => '4', 0),
    undefined,
  )
  outbox.told('alder', first, true, 0)
  assert.deepEqual([...(outbox.next('alder', () => '4', 0)?.versions ?? [])], [['generic', '4']])
})

test('a neighbour that does not answer is tried again after a while, three times in all', () => {
  const outbox = outboxWith('alder')
  outbox.changed(['generic'])
  let tries = 0
  for (let nowMs = 0; nowMs < 60_000; nowMs += 100) {
    const telling = outbox.next('alder', () => '1', nowMs)
    if (!telling) continue
    tries += 1
    outbox.told('alder', telling, false, nowMs)
    assert.equal(
      outbox.next('alder', () => '1', nowMs),
      undefined,
    )
  }
  assert.equal(tries, 3)
  assert.equal(outbox.nextRetryAtMs, undefined)
})

test('a neighbour that lacks more than is noted is told to compare everything', () => {
  const outbox = outboxWith('alder')
  const here = new Map(Array.from({ length: 1_000 }, (_, index) => [`branch${index}`, '1'] as const))
  outbox.changed(here.keys())
  assert.deepEqual(flush(outbox, 'alder', here), [[]])
})

for (let seed = 1; seed <= 20; seed += 1) {
  test(`whatever changes and is lost, each neighbour ends with the newest, and is told no version twice (seed ${seed})`, () => {
    const random = seededRandom(seed)
    const peers = ['alder', 'birch', 'cedar']
    const outbox = outboxWith(...peers)
    const here = new Map<string, string>()
    const heardByPeer = new Map(peers.map((peer) => [peer, new Map<string, string>()]))
    let nowMs = 0
    const tell = (peer: string, isLost: boolean): void => {
      const telling = outbox.next(peer, (key) => here.get(key), nowMs)
      if (!telling) return
      for (const [key, version] of isLost ? [] : telling.versions) {
        assert.notEqual(heardByPeer.get(peer)?.get(key), version)
        heardByPeer.get(peer)?.set(key, version)
      }
      outbox.told(peer, telling, !isLost, nowMs)
    }
    for (let step = 0; step < 500; step += 1) {
      nowMs += random.below(2_000)
      const key = `branch${random.below(5)}`
      if (chance(random, 0.3)) {
        here.set(key, `${step}`)
        outbox.changed([key])
      }
      tell(peers[random.below(3)] ?? '', chance(random, 0.1))
    }
    for (let round = 0; round < 10; round += 1) {
      nowMs += 2_000
      for (const peer of peers) tell(peer, false)
    }
    // Three losses in a row leave a neighbour to the comparing of digests; so many there are not.
    for (const heard of heardByPeer.values()) assert.deepEqual([...heard].sort(), [...here].sort())
  })
}
