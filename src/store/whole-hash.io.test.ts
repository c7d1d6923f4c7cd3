import assert from 'node:assert/strict'
import { closeSync, cpSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { temporaryDirectory } from '../../test/support/files.ts'
import { sha256Hex } from '../base/index.ts'
import { workerWholeHasher } from './whole-hash.io.ts'

const mebibyte = 1024 * 1024

for (const portions of [0, 1, 2, 3, 9]) {
  test(`workerWholeHasher() hashes ${portions} portions`, async () => {
    const hash = workerWholeHasher().start()
    const all = Buffer.alloc(portions * mebibyte, 'some bytes ')
    for (let index = 0; index < portions; index++) {
      await hash.update(new Uint8Array(all.subarray(index * mebibyte, (index + 1) * mebibyte)))
    }
    assert.equal(await hash.digest(), sha256Hex(all))
  })
}

test('workerWholeHasher() hashes several blobs at once, and one that is abandoned disturbs no other', async () => {
  const hasher = workerWholeHasher()
  const contents = ['a', 'b', 'c'].map((letter) => Buffer.alloc(6 * mebibyte, letter))
  const hashes = contents.map(() => hasher.start())
  for (let index = 0; index < 6; index++) {
    for (const [blob, hash] of hashes.entries()) {
      if (blob === 1 && index === 4) hash.abandon()
      if (blob === 1 && index >= 4) continue
      await hash.update(new Uint8Array(contents[blob]?.subarray(index * mebibyte, (index + 1) * mebibyte) ?? []))
    }
  }
  await assert.rejects(hashes[1]?.digest() ?? assert.fail(), /abandoned/)
  for (const blob of [0, 2]) assert.equal(await hashes[blob]?.digest(), sha256Hex(contents[blob] ?? ''))
})

test('workerWholeHasher() leaves the neighbours of a slice alone', async () => {
  const hash = workerWholeHasher().start()
  const all = new Uint8Array(6 * mebibyte).fill(7)
  for (let index = 0; index < 6; index++) await hash.update(all.subarray(index * mebibyte, (index + 1) * mebibyte))
  assert.equal(await hash.digest(), sha256Hex(all))
  assert.equal(all.length, 6 * mebibyte)
})

test('workerWholeHasher() has its own copy of what it was given, also of a Buffer, whose slice() is none', async () => {
  const hash = workerWholeHasher().start()
  const all = Buffer.concat([1, 2, 3, 4].map((value) => Buffer.alloc(mebibyte, value)))
  const memory = Buffer.alloc(mebibyte)
  for (let index = 0; index < 4; index++) {
    all.copy(memory, 0, index * mebibyte)
    await hash.update(memory)
  }
  assert.equal(await hash.digest(), sha256Hex(all))
})

test('workerWholeHasher() hashes what it reads from a file itself, and says when there is not as much', async (t) => {
  const path = join(temporaryDirectory(t), 'file')
  const all = Buffer.concat([1, 2, 3].map((value) => Buffer.alloc(mebibyte, value)))
  writeFileSync(path, all)
  const descriptor = openSync(path, 'r')
  t.after(() => closeSync(descriptor))
  const hasher = workerWholeHasher()
  const parts = (...lengths: readonly number[]) =>
    lengths.map((length, index) => ({ descriptor, position: index * mebibyte, length }))
  const [right, wrong] = [hasher.start(), hasher.start()]
  for (const part of parts(mebibyte, mebibyte, mebibyte)) await right.updateFrom?.(part)
  await wrong.updateFrom?.({ descriptor, position: 0, length: mebibyte })
  await assert.rejects(
    async () => wrong.updateFrom?.({ descriptor, position: 2 * mebibyte, length: 2 * mebibyte }),
    /bytes/,
  )
  await assert.rejects(wrong.digest(), /bytes/)
  assert.equal(await right.digest(), sha256Hex(all))
  const after = hasher.start()
  for (const part of parts(2 * mebibyte + 5)) await after.updateFrom?.(part)
  assert.equal(await after.digest(), sha256Hex(all.subarray(0, 2 * mebibyte + 5)))
})

test('workerWholeHasher() needs no file any more once it is made: an upgrade may have replaced them', async (t) => {
  const directory = temporaryDirectory(t)
  for (const name of ['whole-hash.ts', 'whole-hash.io.ts', 'hash-thread.io.ts', 'hash-job.ts', 'hash-worker.js']) {
    cpSync(fileURLToPath(new URL(name, import.meta.url)), join(directory, name))
  }
  writeFileSync(join(directory, 'package.json'), '{"type":"module"}')
  const copy = (await import(join(directory, 'whole-hash.io.ts'))) as { workerWholeHasher: typeof workerWholeHasher }
  const hasher = copy.workerWholeHasher()
  rmSync(directory, { recursive: true })
  const bytes = new Uint8Array(3 * mebibyte).fill(7)
  const hash = hasher.start()
  await hash.update(bytes)
  assert.equal(await hash.digest(), sha256Hex(bytes))
})
