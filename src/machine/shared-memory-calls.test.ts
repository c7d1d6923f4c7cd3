import assert from 'node:assert/strict'
import { closeSync, ftruncateSync, readSync } from 'node:fs'
import { test } from 'node:test'
import { systemCalls } from './system-calls.io.ts'

const { calls } = systemCalls()

test('what is put into shared memory is read from its file, whose size nobody can change', {
  skip: calls === undefined && 'koffi is not here: this was NOT tested',
}, (t) => {
  if (calls === undefined) return
  const fd = calls.makeSharedMemory(8_192)
  t.after(() => closeSync(fd))
  for (const size of [0, 4_096, 16_384]) assert.throws(() => ftruncateSync(fd, size), { code: 'EPERM' })
  const mapped = calls.mapSharedMemory(fd, 8_192)
  mapped.put(new Uint8Array(new SharedArrayBuffer(8_192)).fill(7))
  mapped.put(Uint8Array.of(1, 2))
  const read = Buffer.alloc(8_192)
  assert.equal(readSync(fd, read, 0, 8_192, 0), 8_192)
  assert.deepEqual([...read.subarray(0, 3), read[8_191]], [1, 2, 7, 7])
  assert.throws(() => mapped.put(new Uint8Array(8_193)), RangeError)
  mapped.close()
  mapped.close()
  assert.throws(() => mapped.put(Uint8Array.of(1)), RangeError)
  assert.throws(() => calls.mapSharedMemory(-1, 8_192), { code: 'EBADF' })
})
