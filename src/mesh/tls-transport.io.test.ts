import assert from 'node:assert/strict'
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { connect as connectHttp2 } from 'node:http2'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import test, { type TestContext } from 'node:test'
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls'
import { addressOf, openMesh, p256Identity } from '../../test/support/mesh.ts'
import { systemClock } from '../base/clock.io.ts'
import type { Clock, Random } from '../base/index.ts'
import { systemRandom } from '../base/random.io.ts'
import { hmacKeysMax } from '../config/index.ts'
import type { DomainKeys } from './admission.ts'
import { ByteStream } from './byte-stream.io.ts'
import { StreamReader } from './frames.ts'
import { peerIdOf } from './peer-id.ts'
import { makeCertificate } from './self-signed.io.ts'
import { askPurpose, bytesPurpose, filesPurpose } from './tls.io.ts'
import type { TlsTransport } from './tls-transport.io.ts'
import type { TlsTransportOptions } from './tls-transport-options.ts'

async function host(context: TestContext, changes: Partial<TlsTransportOptions> = {}): Promise<TlsTransport> {
  const transport = await openMesh(changes)
  context.after(() => transport.close())
  return transport
}

test('the mesh identity is that of the host key', async (context) => {
  const hostKey = newKey()
  const transport = await host(context, { hostKey })
  assert.equal(transport.self, peerIdOf(hostKey))
  assert.deepEqual(transport.addresses(), [`/ip4/127.0.0.1/tcp/${transport.listenPort()}/p2p/${transport.self}`])
})

test('a port that is taken is PORT_TAKEN, and names port and address', async (context) => {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  context.after(() => server.close())
  const { port } = server.address() as AddressInfo
  await assert.rejects(host(context, { port }), { code: 'PORT_TAKEN', message: `port ${port} on 127.0.0.1 is taken` })
})

test('a machine with the same key is refused and reported at both', async (context) => {
  const hostKey = newKey()
  const met: string[] = []
  const onOwnIdentity = (address: string): void => void met.push(address)
  const original = await host(context, { hostKey, onOwnIdentity })
  const clone = await host(context, { hostKey, onOwnIdentity })
  await assert.rejects(clone.dial(addressOf(original)), /another machine has this host's identity/)
  await until(() => met.length === 2)
  assert.deepEqual([original.peers(), clone.peers()], [[], []])
})

test('refusals are counted by reason at the side that refuses', async (context) => {
  const birch = await host(context)
  const stranger = await host(context, { domain: 'y.example' })
  await assert.rejects(stranger.dial(addressOf(birch)), /the other side refused this host: other domain/)
  await until(() => birch.refusalCounts()['other domain'] === 1)
  const keyed = await host(context, { keys: () => ({ proves: 'k1', accepts: ['k1'], acceptsAny: false }) })
  await assert.rejects(birch.dial(addressOf(keyed)), /other key/)
  await until(() => keyed.refusalCounts()['other key'] === 1)
})

test('a peer whose key is taken out of hmac_keys is cut off, and comes again with another', async (context) => {
  const keysOf = (...accepts: readonly string[]): DomainKeys => ({ proves: accepts[0], accepts, acceptsAny: false })
  let theirs = keysOf('old', 'new')
  let mine = keysOf('old', 'new')
  const listeners = new Set<() => void>()
  const onKeys = (listener: () => void): (() => void) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }
  const changed = (): void => listeners.forEach((listener) => void listener())
  const birch = await host(context, { keys: () => theirs, onKeys })
  const alder = await host(context, { keys: () => mine, onKeys })
  await alder.dial(addressOf(birch))
  await until(() => birch.peers().length === 1)
  // cedar is no neighbour, and gets files by the new one.
  const cedar = await host(context, { keys: () => keysOf('new', 'old') })
  birch.handle('/isconf/files/1', () => new Promise(() => undefined))
  await cedar.openFileStream(birch.self, '/isconf/files/1', { addresses: [addressOf(birch)] })
  // alder proves the new one from here on, but has proved the old one on this connection.
  mine = keysOf('new')
  theirs = keysOf('new')
  changed()
  await until(() => birch.peers().length === 0 && alder.peers().length === 0)
  assert.deepEqual([birch.fileConnectionCount(), cedar.fileConnectionCount()], [1, 1])
  await alder.dial(addressOf(birch))
  await until(() => birch.peers().length === 1)
  mine = keysOf('other')
  theirs = keysOf('new', 'other')
  changed()
  // alder has no use for birch's proof any more; birch would still have alder.
  await until(() => alder.peers().length === 0)
  theirs = keysOf('other')
  changed()
  await until(() => birch.fileConnectionCount() === 0)
})

test('an address with an id is dialed for that host, and for no other that answers there', async (context) => {
  const [alder, birch, cedar] = [await host(context), await host(context), await host(context)]
  const wrong = `${addressOf(birch)}/p2p/${cedar.self}`
  await assert.rejects(alder.dial(wrong), /another host answers there/)
  assert.equal(await alder.dial(`${addressOf(birch)}/p2p/${birch.self}`), birch.self)
})

test('two hosts that dial each other at once end with one link', async (context) => {
  const [alder, birch] = [await host(context), await host(context)]
  await Promise.all([alder.dial(addressOf(birch)), birch.dial(addressOf(alder))])
  await until(() => alder.connectionCount() === 2 && birch.connectionCount() === 2)
  // Each knows where the other was dialed, also whose link did not stay.
  assert.deepEqual(
    [alder, birch].map((one) => one.peers()[0]?.dialable[0]),
    [birch, alder].map((one) => `${addressOf(one)}/p2p/${one.self}`),
  )
  // What stays works both ways.
  for (const [from, to] of [
    [alder, birch],
    [birch, alder],
  ] as const) {
    to.handle('/test/1', async (stream) => stream.write(Buffer.from('here')))
    const stream = await from.openStream(to.self, '/test/1')
    for await (const bytes of stream.incoming) assert.equal(String(bytes), 'here')
    await stream.closeWrite()
  }
  // Who dials again has the newer link in place of the older.
  await alder.dial(addressOf(birch))
  await until(() => alder.connectionCount() === 2 && birch.connectionCount() === 2)
})

const p256 = await p256Identity()

const strangers: readonly [string, (own: TlsParts) => ConnectionOptions][] = [
  ['who speaks TLS 1.2 only', (own) => ({ ...own, maxVersion: 'TLSv1.2' })],
  ['who shows no certificate', () => ({})],
  ['who shows a certificate of another kind of key', (own) => ({ ...own, ...p256 })],
  ['who does not say what the connection is for', (own) => ({ ...own, ALPNProtocols: [] })],
  ['who speaks another protocol over TLS', (own) => ({ ...own, ALPNProtocols: ['h2', 'http/1.1'] })],
]
for (const [who, optionsOf] of strangers) {
  test(`a stranger ${who} is cut off and counted`, async (context) => {
    const birch = await host(context)
    const key = newKey()
    const own = { key: pemOf(key), cert: await makeCertificate(key), ALPNProtocols: [askPurpose] }
    const socket = await shakesHands(context, birch, optionsOf(own))
    await untilClosed(socket)
    await until(() => birch.refusalCounts().broken + birch.refusalCounts()['other release'] === 1)
    assert.deepEqual(birch.peers(), [])
  })
}

test('files travel on a connection of their own, which goes with the link', async (context) => {
  // As many as a file may have, which is the most that an admission may have to say.
  const accepts = Array.from({ length: hmacKeysMax }, (_, index) => `key ${index}`)
  const keys = (): DomainKeys => ({ proves: accepts[0], accepts, acceptsAny: false })
  const [alder, birch] = [await host(context, { keys }), await host(context, { keys })]
  await alder.dial(addressOf(birch))
  await until(() => birch.peers()[0]?.dialable.length === 1)
  for (const one of [alder, birch]) one.handle('/isconf/file/1', async (stream) => stream.write(Buffer.from('here')))
  const whole = async (from: TlsTransport, to: TlsTransport): Promise<string> => {
    const stream = await from.openFileStream(to.self, '/isconf/file/1')
    await stream.closeWrite()
    let text = ''
    for await (const bytes of stream.incoming) text += String(bytes)
    return text
  }
  assert.equal(await whole(alder, birch), 'here')
  await until(() => alder.fileConnectionCount() === 1 && birch.fileConnectionCount() === 1)
  assert.equal(await whole(birch, alder), 'here')
  await until(() => alder.fileConnectionCount() === 2 && birch.fileConnectionCount() === 2)
  assert.deepEqual([alder.connectionCount(), birch.connectionCount()], [2, 2], 'the link is as it was')
  alder.disconnect(birch.self)
  await until(() => alder.fileConnectionCount() === 0 && birch.fileConnectionCount() === 0)
  await assert.rejects(alder.openFileStream(birch.self, '/isconf/file/1'), /not connected/)
})

test('a large file has a connection for itself, for a peer that is admitted, and cut with it', {
  timeout: 120_000,
}, async (context) => {
  const [alder, birch] = [await host(context), await host(context)]
  await alder.dial(addressOf(birch))
  await until(() => birch.peers()[0]?.dialable.length === 1)
  const asked: string[] = []
  birch.handle('/isconf/file/1', async (stream) => {
    asked.push(stream.peer)
    const reader = new StreamReader(stream.incoming)
    for (let size = await reader.some(1); size !== undefined; size = await reader.some(1))
      await stream.write(Buffer.alloc((size[0] ?? 0) * 1024 * 1024, size[0]))
  })
  const stream = await alder.openFileStream(birch.self, '/isconf/file/1', { isLarge: true, first: Uint8Array.of(1) })
  const reader = new StreamReader(stream.incoming)
  for (const size of [1, 3]) {
    if (size > 1) await stream.write(Uint8Array.of(size))
    const memory = new Uint8Array(new SharedArrayBuffer(size * 1024 * 1024))
    await reader.fill(memory, () => undefined)
    assert.ok(memory.every((byte) => byte === size))
  }
  assert.deepEqual(asked, [alder.self])
  assert.ok(stream instanceof ByteStream, 'nothing was between the stream and TLS')
  assert.equal(alder.fileConnectionCount(), 0, 'it was dialed where the link was')
  await assert.rejects(alder.openFileStream(birch.self, '/isconf/unknown/1', { isLarge: true }))
  // Who has no admitted connection is told nothing, whatever it asks.
  const key = newKey()
  const own = { key: pemOf(key), cert: await makeCertificate(key), ALPNProtocols: [bytesPurpose] }
  const socket = await shakesHands(context, birch, own)
  socket.write(Buffer.concat([Uint8Array.of(0, 0, 0, 14), Buffer.from('/isconf/file/1')]))
  let told = 0
  socket.on('data', (bytes) => {
    told += bytes.length
  })
  await untilClosed(socket)
  assert.deepEqual([told, asked], [0, [alder.self]])
  await stream.write(Uint8Array.of(1))
  alder.disconnect(birch.self)
  await assert.rejects(reader.fill(new Uint8Array(2 * 1024 * 1024), () => undefined))
})

test('a host of another domain, or without the key, gets no file: it is refused before it can ask', async (context) => {
  const asked: string[] = []
  const birch = await host(context, { keys: () => ({ proves: 'k1', accepts: ['k1'], acceptsAny: false }) })
  birch.handle('/isconf/blob/2', async () => void asked.push('blob'))
  const key = newKey()
  const own = { key: pemOf(key), cert: await makeCertificate(key), ALPNProtocols: [filesPurpose] }
  for (const path of ['/isconf/blob/2', '/isconf/admission/1']) {
    const socket = await shakesHands(context, birch, own)
    socket.pause()
    const session = connectHttp2('https://isconf', { createConnection: () => socket }).on('error', () => undefined)
    const first = session.request({ ':path': path, ':method': 'POST' }, { endStream: false })
    // A proof that is none, and then a file all the same.
    first.on('error', () => undefined).write(Buffer.alloc(97, 2))
    session.request({ ':path': '/isconf/blob/2', ':method': 'POST' }).on('error', () => undefined)
    await untilClosed(socket)
  }
  assert.deepEqual(asked, [])
  assert.equal(birch.fileConnectionCount(), 0)
})

test('a stranger that says nothing, or sends more than an admission takes, is cut off in time', async (context) => {
  const birch = await host(context)
  const key = newKey()
  const own = { key: pemOf(key), cert: await makeCertificate(key), ALPNProtocols: [askPurpose] }
  const [mute, loud] = [await shakesHands(context, birch, own), await shakesHands(context, birch, own)]
  // HTTP/2's own words, as many as they let one say: settings that are answered one by one.
  loud.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
  const settings = Buffer.from('000000040000000000', 'hex')
  const more = setInterval(() => loud.write(Buffer.concat(Array(200).fill(settings))), 5)
  context.after(() => clearInterval(more))
  await untilClosed(loud)
  assert.equal(mute.destroyed, false, 'time is left for a slow line')
  await untilClosed(mute)
  assert.deepEqual(birch.peers(), [])
})

test('a stranger that cancels at once what it asks does no harm', async (context) => {
  const birch = await host(context)
  const key = newKey()
  const own = { key: pemOf(key), cert: await makeCertificate(key), ALPNProtocols: [askPurpose] }
  for (let round = 0; round < 5; round += 1) {
    const socket = connectTls({ host: '127.0.0.1', port: birch.listenPort(), rejectUnauthorized: false, ...own })
    socket.on('error', () => undefined)
    await new Promise((resolve) => socket.once('secureConnect', resolve))
    const session = connectHttp2('https://isconf', { createConnection: () => socket }).on('error', () => undefined)
    await new Promise((resolve) => session.once('remoteSettings', resolve))
    const stream = session.request({ ':path': '/isconf/admission/1' }).on('error', () => undefined)
    stream.close(8)
    await untilClosed(socket)
  }
  const cedar = await host(context)
  assert.equal(await cedar.dial(addressOf(birch)), birch.self)
})

test('noise on the port does no harm', async (context) => {
  const birch = await host(context)
  const socket = connect(birch.listenPort(), '127.0.0.1')
  socket.on('error', () => undefined)
  await new Promise((resolve) => socket.once('connect', resolve))
  socket.write(Buffer.alloc(1024 * 1024, 0x2f))
  await new Promise((resolve) => socket.once('close', resolve))
  const cedar = await host(context)
  assert.equal(await cedar.dial(addressOf(birch)), birch.self)
})

test('what is no host of this release is named as such at both ends', async (context) => {
  const birch = await host(context)
  const old = connect(birch.listenPort(), '127.0.0.1').on('error', () => undefined)
  old.write('\x13/multistream/1.0.0\n')
  await new Promise((resolve) => old.once('close', resolve))
  assert.equal(birch.refusalCounts()['other release'], 1)
  const server = createServer((socket) => void socket.on('error', () => undefined).write('\x13/multistream/1.0.0\n'))
  server.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  context.after(() => server.close())
  const { port } = server.address() as AddressInfo
  await assert.rejects(
    birch.dial(`/ip4/127.0.0.1/tcp/${port}`),
    /speaks another protocol, as a host of another release/,
  )
})

// CI opens ten thousand (ISCONF_FLOOD=10000).
const flood = Number(process.env['ISCONF_FLOOD'] ?? 1_000)

test(`${flood} half-open connections keep no host out, also while they come`, { timeout: 180_000 }, async (context) => {
  const [alder, birch] = [await host(context), await host(context)]
  const open = new Set<Socket>()
  context.after(() => {
    for (const socket of open) socket.destroy()
  })
  // From another address: one that floods a port itself loses its own places.
  const begin = (): Promise<void> =>
    new Promise((resolve) => {
      const socket = connect({ port: birch.listenPort(), host: '127.0.0.1', localAddress: '127.0.0.2' })
      open.add(socket)
      socket.on('error', () => undefined).on('connect', () => resolve())
      socket.on('close', () => {
        open.delete(socket)
        resolve()
      })
    })
  let dialing: Promise<unknown> = Promise.resolve()
  const waves = flood / 100
  for (let wave = 0; wave < waves; wave += 1) {
    if (wave === waves / 2) dialing = alder.dial(addressOf(birch))
    await Promise.all(Array.from({ length: 100 }, begin))
  }
  assert.equal(await dialing, birch.self)
  // Sooner than a handshake that says nothing is given up: it is for their number that they are let go.
  await until(() => open.size <= 512, 5_000)
  assert.ok(open.size > 0, 'they are not turned away for nothing')
})

test('a host that has spent its time on strangers lets nobody in before it has rested, and everybody after that', async (context) => {
  const keys = (word: string) => ({ proves: word.repeat(10), accepts: [word.repeat(10)], acceptsAny: false })
  let passedMs = 0
  const rests: { readonly delayMs: number; readonly end: () => void }[] = []
  const clock: Clock = {
    ...systemClock,
    monotonicMs: () => passedMs,
    after: (delayMs, end) => {
      // All else waits longer.
      if (delayMs < 20_000) rests.push({ delayMs, end })
      return () => undefined
    },
  }
  // A scalar is taken in each turn: that is where the time goes.
  const tookMs = 5_000
  let isSlow = true
  const random: Random = {
    ...systemRandom,
    bytes: (count) => {
      if (count === 32 && isSlow) passedMs += tookMs
      return systemRandom.bytes(count)
    },
  }
  const birch = await host(context, { keys: () => keys('one key'), clock, random })
  const [stranger, member] = [
    await host(context, { keys: () => keys('another') }),
    await host(context, { keys: () => keys('one key') }),
  ]
  await assert.rejects(stranger.dial(addressOf(birch)), /other key/)
  rests.length = 0
  const dialing = member.dial(addressOf(birch))
  await until(() => rests.length === 1)
  // It had the 2 s that may be spent at once; half of the time may be spent. Nothing was done for the member.
  assert.equal(rests[0]?.delayMs, 1 + 2 * (tookMs - 2_000))
  assert.deepEqual(birch.peers(), [])
  passedMs += 10_000
  isSlow = false
  rests[0]?.end()
  assert.equal(await dialing, birch.self)
})

test('what a host has sent once, played back by somebody else, lets nobody in', async (context) => {
  const [alder, birch] = [await host(context), await host(context)]
  const recorded: Buffer[][] = []
  const recorder = createServer((near) => {
    const chunks: Buffer[] = []
    recorded.push(chunks)
    const far = connect(birch.listenPort(), '127.0.0.1')
    near.on('data', (bytes) => chunks.push(bytes))
    near.pipe(far).pipe(near)
    for (const socket of [near, far]) socket.on('error', () => undefined)
    context.after(() => near.destroy())
  }).listen(0, '127.0.0.1')
  context.after(() => recorder.close())
  await new Promise((resolve) => recorder.once('listening', resolve))
  await alder.dial(`/ip4/127.0.0.1/tcp/${(recorder.address() as AddressInfo).port}`)
  await until(() => birch.peers().length === 1)
  alder.disconnect(birch.self)
  await until(() => birch.peers().length === 0)
  assert.equal(recorded.length, 2, 'both connections of the link')
  for (const chunks of recorded) {
    const replay = connect(birch.listenPort(), '127.0.0.1').on('error', () => undefined)
    replay.resume()
    for (const chunk of chunks) replay.write(chunk)
    await untilClosed(replay)
  }
  await until(() => birch.refusalCounts().broken === recorded.length)
  assert.deepEqual(birch.peers(), [])
})

interface TlsParts {
  readonly key: string
  readonly cert: string
  readonly ALPNProtocols: string[]
}

/** Connects as a stranger would, with TLS of its own. */
async function shakesHands(context: TestContext, to: TlsTransport, options: ConnectionOptions): Promise<TLSSocket> {
  const socket = connectTls({ host: '127.0.0.1', port: to.listenPort(), rejectUnauthorized: false, ...options })
  context.after(() => socket.destroy())
  socket.on('error', () => undefined).resume()
  await new Promise((resolve) => socket.once('secureConnect', resolve).once('close', resolve))
  return socket
}

/** Fails where nobody closes it: without a limit it would keep all tests waiting. */
async function untilClosed(socket: Socket): Promise<void> {
  await until(() => socket.closed, 60_000)
}

function newKey(): KeyObject {
  return generateKeyPairSync('ed25519').privateKey
}

function pemOf(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString()
}

async function until(condition: () => boolean, limitMs = 15_000): Promise<void> {
  for (const end = performance.now() + limitMs; !condition(); ) {
    if (performance.now() > end) throw new Error(`not true within ${limitMs} ms: ${condition}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
