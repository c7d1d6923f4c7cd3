import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import { SimClock } from '../../../test/sim/clock.ts'
import type { ControlEvent } from '../../control/index.ts'
import { patienceMsMax, tellTo } from './tell.ts'

const output = (bytes: number): ControlEvent => ({
  event: 'output',
  stream: 'stdout',
  bytes: Buffer.alloc(bytes, 'x').toString('base64'),
})

/** Everything that is in the stream. */
function events(stream: PassThrough): readonly ControlEvent[] {
  const text = String(stream.read() ?? '')
  return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as ControlEvent]))
}

test('tellTo() lets what it tells of go on without a reader who reads nothing, and says what that one has missed', async () => {
  const clock = new SimClock()
  const stream = new PassThrough()
  const tell = tellTo(stream, clock)
  assert.equal(tell({ event: 'progress', text: 'begun' }), undefined)
  let goesOn = false
  void tell(output(100_000))?.then(() => {
    goesOn = true
  })
  await clock.run(patienceMsMax - 1)
  assert.equal(goesOn, false)
  await clock.run(1)
  assert.equal(goesOn, true)
  assert.equal(tell(output(7_000_000)), undefined)
  assert.equal(tell(output(5)), undefined)
  assert.equal(tell({ event: 'remark', text: 'of use' }), undefined)
  assert.ok(stream.readableLength + stream.writableLength < 1_000_000, 'it is not kept')
  assert.deepEqual(
    events(stream).map(({ event }) => event),
    ['progress', 'output', 'remark'],
  )
  await clock.run(0)
  assert.equal(tell(output(3)), undefined)
  assert.deepEqual(events(stream), [
    { event: 'remark', text: '7000005 bytes of output are not shown: nobody read them' },
    output(3),
  ])
})

test('tellTo() without a clock waits for its reader as long as that takes, and for none that is gone', async () => {
  const stream = new PassThrough()
  const tell = tellTo(stream)
  const first = tell(output(100_000))
  assert.ok(first)
  assert.equal(events(stream).length, 1)
  await first
  const second = tell(output(100_000))
  stream.destroy()
  await second
  assert.equal(tell(output(1)), undefined)
})
