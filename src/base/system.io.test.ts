/** The parts of base that lean on the machine: clock, chance, hashes, and what the system calls failures. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { systemClock } from './clock.io.ts'
import { errnoText } from './errno.ts'
import { threadPoolHasher } from './hash.io.ts'
import { inlineHasher, sha256Hex } from './hash.ts'
import { InvariantError, invariant, unreachable } from './invariant.ts'
import { systemRandom } from './random.io.ts'

const abc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'

test('every hasher computes SHA-256', async () => {
  const bytes = new TextEncoder().encode('abc')
  assert.equal(sha256Hex('abc'), abc)
  assert.equal(sha256Hex(bytes), abc)
  for (const hasher of [inlineHasher, threadPoolHasher]) {
    assert.equal(Buffer.from(await hasher.sha256(bytes)).toString('hex'), abc)
  }
})

test('systemClock goes forward, and calls once, unless it was told not to', async () => {
  const before = systemClock.monotonicMs()
  let calls = 0
  const cancel = systemClock.after(0, () => {
    calls += 1
  })
  cancel()
  await new Promise<void>((resolve) => systemClock.after(1, resolve))
  assert.equal(calls, 0)
  assert.ok(systemClock.monotonicMs() > before)
  assert.ok(Math.abs(systemClock.wallMs() - Date.now()) < 60_000)
})

test('systemRandom gives as many bytes as asked, never the same, and whole numbers below the limit', () => {
  assert.equal(systemRandom.bytes(32).length, 32)
  assert.notDeepEqual(systemRandom.bytes(32), systemRandom.bytes(32))
  const numbers = new Set(Array.from({ length: 200 }, () => systemRandom.below(3)))
  assert.deepEqual([...numbers].sort(), [0, 1, 2])
})

test('errnoText() says what the system said, without calls, paths and numbers', async () => {
  const error = await readFile('/no/such/file').catch((thrown: unknown) => thrown)
  assert.equal(errnoText(error), 'no such file or directory')
  assert.equal(errnoText(new Error('a sentence')), 'a sentence')
  assert.equal(errnoText('text'), 'text')
})

test('invariant() throws what is no failure of a correct program', () => {
  invariant(true, 'holds')
  for (const value of [false, 0, '', null, undefined]) {
    assert.throws(() => invariant(value, 'holds'), { name: 'InvariantError', message: 'broken invariant: holds' })
  }
  assert.throws(() => unreachable('x' as never), InvariantError)
})
