import assert from 'node:assert/strict'
import test from 'node:test'
import type { Logger } from '@libp2p/interface'
import { AbstractStream } from '@libp2p/utils'
import { Libp2pStream } from './peer-stream.io.ts'
import type { PeerId } from './transport.ts'

const silent: Logger = Object.assign(() => undefined, {
  enabled: false,
  trace: () => undefined,
  error: () => undefined,
  newScope: () => silent,
})

/** A stream whose other side is the test. */
class ScriptedStream extends AbstractStream {
  /** Whether the other side is told that it may send. */
  windowOpen = true
  room = Number.POSITIVE_INFINITY
  sentBytes = 0

  constructor() {
    super({ id: '1', protocol: '/test/1', direction: 'outbound', log: silent })
  }

  sendData(data: { readonly byteLength: number }) {
    const sentBytes = Math.min(this.room, data.byteLength)
    this.room -= sentBytes
    this.sentBytes += sentBytes
    return { sentBytes, canSendMore: this.room > 0 }
  }

  sendPause(): void {
    this.windowOpen = false
  }

  sendResume(): void {
    this.windowOpen = true
  }

  sendReset(): void {}
  async sendCloseWrite(): Promise<void> {}
  async sendCloseRead(): Promise<void> {}
}

const mebibyte = 1024 * 1024

function joined(raw = new ScriptedStream()) {
  const stream = new Libp2pStream(raw as never, 'birch' as PeerId)
  return { raw, stream, reader: stream.incoming[Symbol.asyncIterator]() }
}

test('the window stays shut when what was held back fills the queue again', async () => {
  const { raw, reader } = joined()
  raw.onData(new Uint8Array(2 * mebibyte))
  assert.equal(raw.windowOpen, false)
  // On its way already: held by libp2p until resumed.
  raw.onData(new Uint8Array(2 * mebibyte))
  await reader.next()
  const second = await reader.next()
  assert.equal(second.value?.length, 2 * mebibyte)
  raw.onData(new Uint8Array(2 * mebibyte))
  raw.onData(new Uint8Array(2 * mebibyte))
  assert.equal(raw.windowOpen, false)
  assert.equal(raw.status, 'open')
})

test('write() waits for room each time, not the first time only', async () => {
  const { raw, stream } = joined()
  for (const turn of [1, 2, 3]) {
    raw.room = 10
    let done = false
    const written = stream.write(new Uint8Array(20)).then(() => {
      done = true
    })
    await new Promise((resolve) => setImmediate(resolve))
    assert.equal(done, false, `turn ${turn}`)
    raw.room = 100
    raw.safeDispatchEvent('drain')
    await written
    assert.equal(raw.sentBytes, 20 * turn)
  }
})

test('a write that waits for room fails when the stream is lost', async () => {
  const { raw, stream } = joined()
  raw.room = 0
  const written = stream.write(new Uint8Array(20))
  raw.onTransportClosed()
  await assert.rejects(written, /connection lost/)
  await assert.rejects(stream.write(new Uint8Array(20)), /connection lost/)
})

test('a lost connection is no end of the stream', async () => {
  const { raw, reader } = joined()
  raw.onData(Uint8Array.of(1))
  await reader.next()
  raw.onTransportClosed()
  await assert.rejects(reader.next(), /connection lost/)
})

test('what a side had said before it finished stays readable when its connection is gone', async () => {
  const { raw, stream, reader } = joined()
  raw.onData(new Uint8Array(2 * mebibyte))
  raw.onData(new Uint8Array(mebibyte))
  raw.onRemoteCloseWrite()
  await stream.closeWrite()
  raw.onTransportClosed()
  const lengths = [await reader.next(), await reader.next()].map(({ value }) => value?.length)
  assert.deepEqual(lengths, [2 * mebibyte, mebibyte])
  assert.equal((await reader.next()).done, true)
})

test('what came before the stream was taken over is read, and its end after it', async () => {
  const raw = new ScriptedStream()
  raw.onData(Uint8Array.of(1, 2))
  raw.onRemoteCloseWrite()
  const { reader } = joined(raw)
  assert.deepEqual([...((await reader.next()).value ?? [])], [1, 2])
  assert.equal((await reader.next()).done, true)
})

test('an abort of our own is told to the reader with its reason', async () => {
  const { stream, reader } = joined()
  const next = reader.next()
  stream.abort(new Error('bad piece'))
  await assert.rejects(next, /bad piece/)
})

test('release() opens the window again, so that who still sends is not left hanging', async () => {
  const { raw, stream } = joined()
  raw.onData(new Uint8Array(2 * mebibyte))
  assert.equal(raw.windowOpen, false)
  await stream.release()
  assert.equal(raw.windowOpen, true)
  raw.onRemoteCloseWrite()
  assert.equal(raw.status, 'closed')
})
