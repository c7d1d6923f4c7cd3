import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SimClock } from '../../test/sim/clock.ts'
import { AnswerWait } from './answer-wait.ts'
import { Liveness } from './liveness.ts'
import type { PeerId } from './transport.ts'

const timeoutMs = 3_000

/** When a question is given up on which nothing comes, while so many bytes a second come from its peer for other ones. */
async function givenUpAfterMs(bytesPerSecond: number, onProgress?: () => void): Promise<number> {
  const clock = new SimClock()
  let heardBytes = 0
  const hear = (): void => {
    heardBytes += bytesPerSecond / 10
    clock.after(100, hear)
  }
  hear()
  const contact = { heardBytes: () => heardBytes, roundTripMs: () => 10, ping: () => undefined }
  let givenUpMs = Number.POSITIVE_INFINITY
  const wait = new AnswerWait({
    ...{ liveness: new Liveness(clock, contact), clock, peer: 'birch' as PeerId, protocol: '/question/1', timeoutMs },
    onProgress,
    onGivenUp: () => {
      givenUpMs = Math.min(givenUpMs, clock.monotonicMs())
    },
  })
  await clock.run(100_000)
  wait.end()
  return givenUpMs
}

test('an answer is waited for as long as other things come in front of it, and not for ever', async () => {
  const onProgress = (): void => undefined
  assert.equal(await givenUpAfterMs(8_000, onProgress), 30_000)
  assert.equal(await givenUpAfterMs(1_000, onProgress), timeoutMs)
  assert.equal(await givenUpAfterMs(8_000), timeoutMs)
})
