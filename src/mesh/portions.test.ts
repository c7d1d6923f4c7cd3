import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SimClock } from '../../test/sim/clock.ts'
import { SimNetwork } from '../../test/sim/network.ts'
import { seededRandom } from '../../test/sim/random.ts'
import { StreamReader, writeFrame } from './frames.ts'
import { firstPortionBytes } from './reading-pace.ts'
import { answer, ask } from './rpc.ts'
import type { PeerStream } from './transport.ts'

const protocol = '/long/1'
const long = 'x'.repeat(3_000_000)

async function pair() {
  const clock = new SimClock()
  const network = new SimNetwork(clock, seededRandom(1))
  const [alder, birch] = [network.transport('alder'), network.transport('birch')]
  answer(birch, protocol, { requestBytesMax: 100, concurrentPerPeerMax: 4 }, async () => long)
  return { clock, alder, birch, peer: await clock.until(alder.dial(birch.address)) }
}

/** Asks, and reads no more than comes by itself; returns how much that is, with the length in front. */
async function unasked(clock: SimClock, stream: PeerStream): Promise<number> {
  await clock.until(writeFrame(stream, Buffer.from('1')))
  let came = 0
  const reading = (async () => {
    for await (const chunk of stream.incoming) came += chunk.length
  })()
  reading.catch(() => undefined)
  await clock.until(new Promise<void>((resolve) => clock.after(60_000, resolve)))
  return came
}

test('of a long answer only the beginning comes unasked', async () => {
  const { clock, alder, peer } = await pair()
  const stream = await clock.until(alder.openStream(peer, protocol))
  assert.equal(await unasked(clock, stream), firstPortionBytes + 4)
  stream.abort(new Error('that was the question'))
})

test('all of an answer comes to one who asks for it, or who has said that nothing more is asked', async () => {
  const { clock, alder, peer } = await pair()
  let told = 0
  const options = { timeoutMs: 1_000, clock, answerBytesMax: 4_000_000, onProgress: () => void told++ }
  assert.equal(await clock.until(ask(alder, peer, protocol, 1, options)), long)
  assert.ok(told > 0)
  const { onProgress: _, ...whole } = options
  assert.equal(await clock.until(ask(alder, peer, protocol, 1, whole)), long)
})

test('one who asks gets all from a host that sends it unasked', async () => {
  const { clock, alder, birch, peer } = await pair()
  const result = JSON.stringify({ result: long })
  birch.handle('/earlier/1', async (stream) => {
    await new StreamReader(stream.incoming).frame(100)
    await writeFrame(stream, Buffer.from(result))
  })
  const options = { timeoutMs: 1_000, clock, answerBytesMax: 4_000_000, onProgress: () => undefined }
  assert.equal(await clock.until(ask(alder, peer, '/earlier/1', 1, options)), long)
})
