import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SimClock } from '../../test/sim/clock.ts'
import { type LinkEnd, Links } from './links.ts'
import type { PeerId } from './transport.ts'

const alder = 'alder' as PeerId
const birch = 'birch' as PeerId

class End implements LinkEnd {
  readonly peer: PeerId
  readonly dialed: boolean
  readonly asks: boolean
  readonly isRelayed: boolean
  isRetired = false
  isOpen = true
  answersPing = true
  end: () => void = () => undefined
  readonly closed = new Promise<void>((resolve) => {
    this.end = resolve
  })

  constructor(peer: PeerId, dialed: boolean, asks: boolean, isRelayed = false) {
    this.peer = peer
    this.dialed = dialed
    this.asks = asks
    this.isRelayed = isRelayed
  }

  ping(): Promise<boolean> {
    return Promise.resolve(this.answersPing)
  }

  retire(): void {
    this.isRetired = true
  }

  close(): void {
    this.isOpen = false
    this.end()
  }
}

function linksOf(self: PeerId) {
  const events: string[] = []
  const clock = new SimClock()
  const links = new Links<End>(self, clock, ({ type, peer }) => events.push(`${type} ${peer}`))
  const link = (peer: PeerId, dialed: boolean, id: string, isRelayed = false): readonly [End, End] => {
    const ends = [new End(peer, dialed, true, isRelayed), new End(peer, dialed, false, isRelayed)] as const
    for (const end of ends) links.add(end, id)
    return ends
  }
  return { clock, links, events, link }
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test('a peer is up with a whole link, and down when one half is lost', async () => {
  const { links, events } = linksOf(alder)
  const [asks, answers] = [new End(birch, false, true), new End(birch, false, false)]
  links.add(asks, 'one')
  assert.deepEqual([events, links.toAsk(birch)], [[], undefined])
  links.add(answers, 'one')
  assert.deepEqual([events, links.toAsk(birch)], [['up birch'], asks])
  answers.close()
  await settled()
  assert.deepEqual([events, links.all(), asks.isOpen], [['up birch', 'down birch'], [], false])
})

test('half a link is given up', async () => {
  const { clock, links, events } = linksOf(alder)
  const half = new End(birch, false, true)
  links.add(half, 'one')
  await clock.run(20_000)
  assert.deepEqual([half.isOpen, links.all(), events], [false, [], []])
})

test('of two links that were dialed at once both hosts keep the same one', async () => {
  for (const [self, peer] of [
    [alder, birch],
    [birch, alder],
  ] as const) {
    const { link, events } = linksOf(self)
    const [mine] = link(peer, true, 'mine')
    const [theirs] = link(peer, false, 'theirs')
    await settled()
    // alder has the smaller id, so what alder dialed stays; and only who dialed the other lets it go.
    assert.deepEqual([mine.isRetired, theirs.isRetired], [self === birch, false])
    assert.deepEqual(events, [`up ${peer}`])
  }
})

test('a link that should stay and does not answer costs no other its place', async () => {
  const { link, links } = linksOf(birch)
  const [dead] = link(alder, false, 'from before a crash')
  dead.answersPing = false
  const [fresh] = link(alder, true, 'fresh')
  await settled()
  assert.equal(fresh.isRetired, false)
  assert.equal(links.toAsk(alder), fresh, 'the newest is asked')
})

test('a newer link of the same dialer takes the place of the older, which ends in peace', async () => {
  const { link, links, events } = linksOf(alder)
  const older = link(birch, true, 'older')
  const [newer] = link(birch, true, 'newer')
  await settled()
  assert.deepEqual([older.map(({ isRetired }) => isRetired), newer.isRetired], [[true, true], false])
  assert.equal(links.toAsk(birch), newer)
  older[0].close()
  await settled()
  assert.equal(older[1].isOpen, true, 'what is under way on the other half goes on')
  older[1].close()
  await settled()
  assert.deepEqual(events, ['up birch'])
})

test('of a link that the peer lets go the half that has not heard of it yet ends in peace, too', async () => {
  const { links } = linksOf(alder)
  const [asks, answers] = [new End(birch, false, true), new End(birch, false, false)]
  links.add(asks, 'one')
  links.add(answers, 'one')
  asks.isRetired = true
  asks.close()
  await settled()
  assert.deepEqual([answers.isOpen, answers.isRetired], [true, true])
})

test('a peer has no more than a few links, and a link one connection of a kind', () => {
  const { links } = linksOf(alder)
  const surplus = Array.from({ length: 10 }, (_, index) => links.add(new End(birch, false, true), String(index)))
  assert.equal(surplus.filter(Boolean).length, 4)
  assert.equal(links.add(new End(birch, false, true), '0'), false)
})
