import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import test from 'node:test'
import fc from 'fast-check'
import { StreamReader } from './frames.ts'
import { IncomingBytes } from './incoming-bytes.io.ts'

const incomingOf = (stream: PassThrough, failure?: Error): IncomingBytes => new IncomingBytes(stream, () => failure)

test('bytes come in order however they are cut, read as they come or into memory', async () => {
  const cuts = fc.array(fc.integer({ min: 1, max: 40_000 }), { minLength: 1, maxLength: 20 })
  const property = fc.asyncProperty(cuts, cuts, fc.boolean(), fc.boolean(), async (sent, read, isShared, isLent) => {
    const all = Buffer.from(Array.from({ length: sent.reduce((sum, length) => sum + length, 0) }, (_, at) => at % 251))
    const stream = new PassThrough()
    const incoming = incomingOf(stream)
    const reader = new StreamReader(incoming)
    let at = 0
    for (const length of sent) {
      const chunk = Buffer.from(all.subarray(at, at + length))
      if (isLent) {
        incoming.take(chunk, true)
        chunk.fill(0)
      } else stream.write(chunk)
      at += length
    }
    stream.end()
    const found: Uint8Array[] = []
    let left = all.length
    for (let turn = 0; left > 0; turn += 1) {
      const length = Math.min(left, read[turn % read.length] ?? 1)
      const memory = isShared ? new Uint8Array(new SharedArrayBuffer(length)) : new Uint8Array(length)
      if (turn % 3 === 2) found.push(await reader.exactly(length))
      else {
        let heard = 0
        await reader.fill(memory, () => {
          heard += 1
        })
        assert.ok(heard > 0)
        found.push(memory)
      }
      left -= length
    }
    assert.deepEqual(Buffer.concat(found), all)
    await assert.rejects(
      reader.fill(new Uint8Array(1), () => undefined),
      /ended after 0 of 1/,
    )
    assert.equal(await reader.some(1), undefined)
  })
  await fc.assert(property, { numRuns: 40 })
})

test('bytes that come where they are wanted stay there, and others are copied, however they are cut', async () => {
  const cuts = fc.array(fc.integer({ min: 1, max: 40_000 }), { minLength: 1, maxLength: 20 })
  const property = fc.asyncProperty(cuts, cuts, fc.boolean(), async (sent, read, isShared) => {
    const all = Buffer.from(Array.from({ length: sent.reduce((sum, length) => sum + length, 0) }, (_, at) => at % 251))
    const stream = new PassThrough()
    const incoming = incomingOf(stream)
    let [at, sendings] = [0, 0]
    /** As a connection does it: into what it was given last, as much as there is room for. */
    const send = (length: number): void => {
      for (const end = at + length; at < end; ) {
        const memory = incoming.wanted() ?? new Uint8Array(1024)
        const part = memory.subarray(0, end - at)
        part.set(all.subarray(at, at + part.length))
        at += part.length
        incoming.take(part, true)
      }
    }
    const found: Uint8Array[] = []
    for (let [turn, left] = [0, all.length]; left > 0; turn += 1) {
      const length = Math.min(left, read[turn % read.length] ?? 1)
      const memory = isShared ? new Uint8Array(new SharedArrayBuffer(length)) : new Uint8Array(length)
      const filled = incoming.fill(memory, () => undefined)
      let isFull = false
      void filled.then(() => {
        isFull = true
      })
      for (await new Promise(setImmediate); !isFull; await new Promise(setImmediate))
        send(sent[sendings++] ?? assert.fail())
      found.push(memory)
      left -= length
    }
    assert.deepEqual(Buffer.concat(found), all)
    assert.equal(incoming.wanted(), undefined)
  })
  await fc.assert(property, { numRuns: 40 })
})

test('a writer waits for a reader that takes nothing', async () => {
  const stream = new PassThrough()
  const reader = new StreamReader(incomingOf(stream))
  const chunk = Buffer.alloc(64 * 1024, 7)
  let written = 0
  const write = (): void => {
    while (written < 100) {
      written += 1
      if (!stream.write(chunk)) return
    }
  }
  stream.on('drain', write)
  write()
  await reader.exactly(1)
  await new Promise((resolve) => setImmediate(resolve))
  assert.ok(written < 20, `${written} of 100 were taken before anybody read them`)
  const memory = new Uint8Array(100 * chunk.length - 1)
  await reader.fill(memory, () => undefined)
  assert.ok(memory.every((byte) => byte === 7))
})

test('a stream that is cut says why, to who waits and to who comes later', async () => {
  const stream = new PassThrough().on('error', () => undefined)
  const incoming = incomingOf(stream, new Error('cut'))
  const filled = incoming.fill(new Uint8Array(10), () => undefined)
  stream.write(Buffer.from('half'))
  stream.destroy()
  await assert.rejects(filled, /cut/)
  await assert.rejects(incoming.next(), /cut/)
  await assert.rejects(incomingOf(stream, new Error('cut before')).next(), /cut before/)
})

test('what a reader has given up is dropped, and its stream goes on', async () => {
  const stream = new PassThrough()
  const incoming = incomingOf(stream)
  stream.write(Buffer.from('one'))
  for await (const bytes of incoming) {
    assert.equal(String(bytes), 'one')
    break
  }
  stream.end(Buffer.alloc(1024 * 1024))
  await new Promise((resolve) => stream.once('end', resolve))
  assert.equal(stream.destroyed, true)
})
