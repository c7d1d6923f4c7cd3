import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DiskFile } from '../base/index.ts'
import { SyncedOnTheWay } from './synced-on-the-way.ts'

const step = 16 * 1024 * 1024

/** A file of which only sync() is called; each call waits for its turn to be settled. */
function fileOf() {
  const calls: PromiseWithResolvers<void>[] = []
  const sync = (): Promise<void> => {
    const call = Promise.withResolvers<void>()
    calls.push(call)
    return call.promise
  }
  return { calls, file: { sync } as unknown as DiskFile }
}

test('SyncedOnTheWay syncs once enough was written, one sync at a time, and in the end what came after the last began', async () => {
  const { calls, file } = fileOf()
  const synced = new SyncedOnTheWay(file)
  synced.wrote(step - 1)
  assert.equal(calls.length, 0)
  synced.wrote(1)
  synced.wrote(2 * step)
  assert.equal(calls.length, 1)
  const whole = synced.sync()
  calls[0]?.resolve()
  await synced.settled()
  while (calls.length < 2) await new Promise((resolve) => setImmediate(resolve))
  calls[1]?.resolve()
  await whole
  assert.equal(calls.length, 2)
  assert.equal(synced.hasFailed, false)
})

test('SyncedOnTheWay passes a failed sync on to who writes more and to who waits for the last, and does not try again', async () => {
  const { calls, file } = fileOf()
  const synced = new SyncedOnTheWay(file)
  synced.wrote(step)
  calls[0]?.reject(new Error('the disk failed'))
  await synced.settled()
  assert.equal(synced.hasFailed, true)
  assert.throws(() => synced.wrote(1), /the disk failed/)
  await assert.rejects(synced.sync(), /the disk failed/)
  assert.equal(calls.length, 1)
})
