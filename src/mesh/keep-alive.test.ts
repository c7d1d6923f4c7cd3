import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SimClock } from '../../test/sim/clock.ts'
import { silentLog } from '../base/index.ts'
import { keepAlive, type Watched } from './keep-alive.ts'
import type { PeerId } from './transport.ts'

function connection(speaks: boolean, answers: boolean) {
  const seen = { pings: 0, closed: false }
  const watched: Watched = {
    peer: 'birch' as PeerId,
    remoteAddress: '',
    hasSpoken: () => speaks,
    ping: async () => {
      seen.pings += 1
      return answers
    },
    close: () => {
      seen.closed = true
    },
  }
  return { watched, seen }
}

test('only a silent connection is asked, and only one that does not answer is cut', async () => {
  const clock = new SimClock()
  const [busy, idle, dead] = [connection(true, false), connection(false, true), connection(false, false)]
  const cancel = keepAlive(clock, () => [busy.watched, idle.watched, dead.watched], silentLog)
  await clock.run(61_000)
  assert.deepEqual(
    [busy.seen, idle.seen, dead.seen],
    [
      { pings: 0, closed: false },
      { pings: 1, closed: false },
      { pings: 1, closed: true },
    ],
  )
  cancel()
  await clock.run(200_000)
  assert.equal(idle.seen.pings, 1)
})
