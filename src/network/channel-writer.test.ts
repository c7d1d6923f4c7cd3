import assert from 'node:assert/strict'
import { Duplex } from 'node:stream'
import test from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { SimClock } from '../../test/sim/clock.ts'
import { ChannelWriter } from './channel-writer.ts'
import { FrameReader } from './wire.ts'

/** A writer, and the frames of each time that it wakes whoever reads them. */
function writing() {
  const batches: string[][] = []
  let frames: string[] = []
  const reader = new FrameReader({
    frame: (kind, stream, payload) => frames.push(`${kind} ${stream} ${payload}`),
    data: (stream, bytes) => frames.push(`data ${stream} ${bytes.length}`),
  })
  const batch = (chunks: readonly Buffer[]): void => {
    frames = []
    for (const chunk of chunks) reader.push(chunk)
    batches.push(frames)
  }
  const socket = new Duplex({
    write: (chunk, _, done) => done(void batch([chunk])),
    writev: (chunks, done) => done(void batch(chunks.map(({ chunk }) => chunk))),
  })
  const clock = new SimClock()
  return { writer: new ChannelWriter(socket, clock), clock, batches }
}

test('all that is said in one turn is written at once, small or large', async () => {
  const { writer, batches } = writing()
  writer.write('message', 0, Buffer.from('{}'))
  const isOut = new Promise((resolve) => writer.write('data', 1, Buffer.alloc(60_000), resolve))
  writer.write('end', 1, Buffer.alloc(0))
  assert.equal(batches.length, 0)
  await nextTurn()
  assert.deepEqual(batches, [['message 0 {}', 'data 1 60000', 'end 1 ']])
  await isOut
})

test('an end that nobody waits for goes with what is written next, and otherwise after half a second', async () => {
  const { writer, clock, batches } = writing()
  writer.endLate(1)
  writer.endLate(3)
  await clock.run(400)
  await nextTurn()
  assert.deepEqual(batches, [])
  writer.write('data', 5, Buffer.from('answer'))
  writer.endLate(5)
  await nextTurn()
  const first = ['end 1 ', 'end 3 ', 'data 5 6', 'end 5 ']
  assert.deepEqual(batches, [first])
  writer.endLate(7)
  await clock.run(500)
  await nextTurn()
  assert.deepEqual(batches, [first, ['end 7 ']])
})
