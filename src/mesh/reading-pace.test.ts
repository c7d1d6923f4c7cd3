import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SimClock } from '../../test/sim/clock.ts'
import { firstPortionBytes, ReadingPace } from './reading-pace.ts'

const segmentBytes = 4_880

/** An answer comes over a line: how much is on its way at most, once the speed is known, and how long it takes. */
async function over(line: { readonly bytesPerMs: number; readonly roundTripMs: number }, wholeBytes: number) {
  const clock = new SimClock()
  const pace = new ReadingPace(clock, wholeBytes)
  let [sent, sending, came, settledMax, freeAtMs] = [0, firstPortionBytes, 0, 0, 0]
  const send = (): void => {
    freeAtMs = Math.max(freeAtMs, clock.monotonicMs())
    while (sent < Math.min(sending, wholeBytes)) {
      const bytes = Math.min(segmentBytes, Math.min(sending, wholeBytes) - sent)
      sent += bytes
      freeAtMs += bytes / line.bytesPerMs
      clock.after(freeAtMs + line.roundTripMs / 2 - clock.monotonicMs(), () => arrive(bytes))
    }
  }
  const arrive = (bytes: number): void => {
    came += bytes
    const more = pace.came(bytes)
    if (came > wholeBytes / 2) settledMax = Math.max(settledMax, sending - came)
    if (more > 0)
      clock.after(line.roundTripMs / 2, () => {
        sending += more
        send()
      })
  }
  send()
  await clock.untilTrue(() => came === wholeBytes)
  return { settledMax, tookMs: clock.monotonicMs() }
}

test('over a slow line no more of an answer is on its way than comes in a second, and the line is used', async () => {
  for (const bytesPerMs of [8, 32, 125, 1_000])
    for (const roundTripMs of [1, 50, 300]) {
      const wholeBytes = 4_000 * bytesPerMs + 4 * firstPortionBytes
      const { settledMax, tookMs } = await over({ bytesPerMs, roundTripMs }, wholeBytes)
      const what = `${bytesPerMs} bytes a millisecond, ${roundTripMs} ms: ${settledMax} bytes, ${tookMs} ms`
      assert.ok(settledMax <= Math.max(16 * 1024, 1_000 * bytesPerMs), what)
      assert.ok(tookMs <= 1_500 + (1.2 * wholeBytes) / bytesPerMs, what)
    }
})

test('over a fast line as much is on its way as HTTP/2 takes', async () => {
  const { settledMax } = await over({ bytesPerMs: 100_000, roundTripMs: 1 }, 32 * 1024 * 1024)
  assert.ok(settledMax > 512 * 1024 && settledMax <= 1024 * 1024, String(settledMax))
})

test('what was sent without being asked for is not asked for, nor anything after the end', () => {
  const pace = new ReadingPace(new SimClock(), firstPortionBytes + 1)
  let asked = 0
  for (let came = 0; came < firstPortionBytes; came += 1_024) asked += pace.came(1_024)
  assert.equal(asked, 1)
})
