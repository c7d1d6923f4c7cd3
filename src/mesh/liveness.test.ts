import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SimClock } from '../../test/sim/clock.ts'
import { Liveness } from './liveness.ts'
import type { PeerId } from './transport.ts'

const peer = 'cedar' as PeerId

/** A peer that answers each ping so late; never when that is undefined. */
function peerAnswering(answerMs: () => number | undefined, roundTripMs?: number) {
  const clock = new SimClock()
  let heardBytes = 100
  let pings = 0
  const hear = (): void => {
    heardBytes += 10
  }
  const ping = (_: PeerId, onAnswer: () => void): void => {
    pings += 1
    const afterMs = answerMs()
    if (afterMs === undefined) return
    clock.after(afterMs, () => {
      hear()
      onAnswer()
    })
  }
  const liveness = new Liveness(clock, { heardBytes: () => heardBytes, roundTripMs: () => roundTripMs, ping })
  return { clock, liveness, hear, pings: () => pings }
}

test('watch() says within a second of a fast peer that it hangs, and of no peer that answers pings', async () => {
  for (const [answerMs, roundTripMs, hangsAtMs] of [
    [undefined, 1, 650],
    [undefined, 40, 650],
    // As long as lines of this kind may need for a packet that was lost.
    [undefined, 300, 3_000],
    [undefined, undefined, 3_000],
    [undefined, 5_000, 3_500],
    [450, 1, undefined],
    [2_000, 300, undefined],
  ] as const) {
    const { clock, liveness } = peerAnswering(() => answerMs, roundTripMs)
    let hungAtMs: number | undefined
    const cancel = liveness.watch(peer, () => {
      hungAtMs = clock.monotonicMs()
    })
    await clock.run(20_000)
    assert.equal(hungAtMs, hangsAtMs, `answers after ${answerMs} ms, round trip ${roundTripMs} ms`)
    assert.equal(liveness.hangs(peer), hangsAtMs !== undefined)
    cancel()
  }
})

test('a peer hangs until something is heard from it, and is not pinged while it speaks', async () => {
  const { clock, liveness, hear, pings } = peerAnswering(() => undefined, 1)
  let hangs = 0
  const watch = (): (() => void) => liveness.watch(peer, () => (hangs += 1))
  const cancel = watch()
  for (let time = 0; time < 100; time += 1) {
    hear()
    await clock.run(100)
  }
  assert.deepEqual([hangs, pings()], [0, 0])
  await clock.run(2_000)
  assert.deepEqual([hangs, pings(), liveness.hangs(peer)], [1, 1, true])
  // Whoever asks next has the answer at once.
  watch()
  assert.equal(hangs, 2)
  hear()
  assert.equal(liveness.hangs(peer), false)
  cancel()
})

test('watch() is over when it is cancelled, also while the answer to a ping is waited for', async () => {
  const { clock, liveness } = peerAnswering(() => undefined, 1)
  const cancel = liveness.watch(peer, () => assert.fail('it was cancelled'))
  await clock.run(200)
  cancel()
  await clock.run(2_000)
  assert.equal(liveness.hangs(peer), true)
})

test('a peer that answers again is told of, and one that was not missed is not', async () => {
  for (const [answerMs, isTold] of [
    [100, false],
    [100_000, true],
  ] as const) {
    const { clock, liveness } = peerAnswering(() => answerMs, 1)
    const back: PeerId[] = []
    liveness.onBack((one) => back.push(one))
    const cancel = liveness.watch(peer, () => undefined)
    await clock.run(200)
    cancel()
    await clock.run(200_000)
    assert.deepEqual([back, liveness.hangs(peer)], [isTold ? [peer] : [], false])
  }
})
