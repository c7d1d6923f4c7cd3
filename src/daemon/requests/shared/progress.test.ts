import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SimClock } from '../../../../test/sim/clock.ts'
import { type BlobRef, pieceBytes } from '../../../base/index.ts'
import type { ControlEvent } from '../../../control/index.ts'
import type { Parts } from './parts.ts'
import { fetchTold } from './progress.ts'

test('fetchTold() tells each second how much of a file has come, until it is here', async () => {
  const clock = new SimClock()
  const fetched = Promise.withResolvers<void>()
  let pieces: number | undefined
  const parts = {
    clock,
    blobs: { fetch: () => fetched.promise },
    store: { held: async () => (pieces === undefined ? undefined : { count: pieces, has: () => true }) },
  } as unknown as Parts
  const told: ControlEvent[] = []
  const ref = { id: 'a', pieces: 'b', sizeBytes: 3 * pieceBytes - 1 } as unknown as BlobRef
  const signal = new AbortController().signal
  const done = fetchTold(parts, (event) => void told.push(event))(ref, signal)
  await clock.run(1_000)
  for (pieces of [1, 3]) await clock.run(1_000)
  fetched.resolve()
  await done
  await clock.run(5_000)
  const text = (bytes: number) => ({ event: 'progress', text: `fetched ${bytes} of 3145727 bytes`, counts: true })
  assert.deepEqual(told, [text(0), text(pieceBytes), text(3 * pieceBytes - 1)])
})
