import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SimClock } from '../../test/sim/clock.ts'
import { Progress } from './progress.ts'

const chunkBytes = 16 * 1024 * 1024

/** What is told of a transfer of `count` chunks, each of which takes `chunkMs`. */
async function toldOf(count: number, chunkMs: number): Promise<readonly string[]> {
  const clock = new SimClock()
  const told: string[] = []
  const progress = new Progress(clock, count * chunkBytes, (done, total) => told.push(`${done} of ${total}`))
  async function* chunks(): AsyncGenerator<Uint8Array> {
    for (let index = 0; index < count; index += 1) {
      await clock.run(chunkMs)
      yield new Uint8Array(chunkBytes)
    }
  }
  let bytes = 0
  for await (const chunk of progress.count(chunks(), new AbortController().signal)) bytes += chunk.length
  assert.equal(bytes, count * chunkBytes)
  return told
}

test('progress of more than 64 MiB is told every second', async () => {
  const total = 5 * chunkBytes
  assert.deepEqual(
    await toldOf(5, 500),
    [2, 4].map((chunks) => `${chunks * chunkBytes} of ${total}`),
  )
})

test('progress of 64 MiB, or of what is over in a second, is not told', async () => {
  assert.deepEqual(await toldOf(4, 5_000), [])
  assert.deepEqual(await toldOf(5, 100), [])
})

test('what is counted ends when it is interrupted', async () => {
  const abort = new AbortController()
  async function* chunks(): AsyncGenerator<Uint8Array> {
    yield new Uint8Array(1)
    abort.abort(new Error('interrupted'))
    yield new Uint8Array(1)
  }
  const progress = new Progress(new SimClock(), 2, () => undefined)
  let seen = 0
  const reading = async (): Promise<void> => {
    for await (const _ of progress.count(chunks(), abort.signal)) seen += 1
  }
  await assert.rejects(reading(), /interrupted/)
  assert.equal(seen, 1)
})
