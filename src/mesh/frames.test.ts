import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { StreamReader, writeFrame } from './frames.ts'
import type { PeerStream } from './transport.ts'

async function* arriving(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks
}

async function framed(...messages: Uint8Array[]): Promise<Buffer> {
  const parts: Uint8Array[] = []
  const stream = { write: async (bytes: Uint8Array) => void parts.push(bytes) } as unknown as PeerStream
  for (const message of messages) await writeFrame(stream, message)
  return Buffer.concat(parts)
}

test('frames are read back however the stream cuts them', async () => {
  const property = fc.asyncProperty(
    fc.array(fc.uint8Array({ maxLength: 40 })),
    fc.array(fc.integer({ min: 0, max: 15 }), { minLength: 1 }),
    async (messages, cuts) => {
      const bytes = await framed(...messages)
      const chunks: Uint8Array[] = []
      let at = 0
      for (let turn = 0; at < bytes.length; turn += 1) {
        const length = (cuts[turn % cuts.length] ?? 0) + (turn % 2)
        chunks.push(bytes.subarray(at, at + length))
        at += length
      }
      const reader = new StreamReader(arriving(chunks))
      for (const message of messages)
        assert.deepEqual(Buffer.from((await reader.frame(40)) ?? []), Buffer.from(message))
      assert.equal(await reader.frame(40), undefined)
    },
  )
  await fc.assert(property)
})

test('frame() refuses a length over its bound before the bytes come', async () => {
  const reader = new StreamReader(arriving([Uint8Array.of(0xff, 0xff, 0xff, 0xff)]))
  await assert.rejects(reader.frame(1024), { name: 'FrameTooLongError' })
})

test('a stream that ends within a frame is an error, not a short frame', async () => {
  const bytes = await framed(Buffer.from('whole'))
  for (let length = 1; length < bytes.length; length += 1) {
    const reader = new StreamReader(arriving([bytes.subarray(0, length)]))
    await assert.rejects(reader.frame(1024), { name: 'StreamEndedError' }, `after ${length} bytes`)
  }
})

test('some() gives what is there, up to its limit, and undefined at the end', async () => {
  const reader = new StreamReader(arriving([Uint8Array.of(1, 2, 3), Uint8Array.of(4)]))
  assert.deepEqual(await reader.some(2), Uint8Array.of(1, 2))
  assert.deepEqual(await reader.some(2), Uint8Array.of(3))
  assert.deepEqual(await reader.some(2), Uint8Array.of(4))
  assert.equal(await reader.some(2), undefined)
})
