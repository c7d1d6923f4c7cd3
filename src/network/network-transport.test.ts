import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { AddressInfo, Socket } from 'node:net'
import { createServer } from 'node:net'
import test, { type TestContext } from 'node:test'
import { until } from '../../test/harness/run.ts'
import {
  listenPortOf,
  networkInThisProcess,
  networksInThisProcess,
  openNetwork,
  socketPair,
} from '../../test/support/network.ts'
import { isRoot } from '../../test/support/tools.ts'
import { systemClock } from '../base/clock.io.ts'
import { release, silentLog } from '../base/index.ts'
import { type DomainKeys, noKeys } from '../mesh/admission.ts'
import type { PeerEvent, PeerId } from '../mesh/index.ts'
import { windowBytes } from './channel-stream.ts'
import { LocalServices } from './local/services.ts'
import { NetworkSession } from './network-session.ts'
import type { NetworkTransport } from './network-transport.ts'
import { encodeOpening } from './opening.ts'
import type { NetworkProcess, SessionOptions } from './session-options.ts'
import { FrameReader, type FrameSink, headOf, WireError } from './wire.ts'

const protocol = '/isconf/test/1'
const peer = '12D3KooWDaGzwAU3vwXGE6dFc3E2UNaQEVDGt7iYvMRgpcjLPvs7' as PeerId

test('a network process that ends in the middle of a transfer fails that, and the next one serves what the first has', async (t) => {
  const { processes, startProcess } = networksInThisProcess()
  const alder = await openNetwork({}, { startProcess })
  const birch = await openNetwork()
  t.after(() => Promise.all([alder.close(), birch.close()]))
  const heard: string[] = []
  alder.onPeer(({ type }) => heard.push(type))
  alder.handle(protocol, async (stream) => {
    await stream.write(Buffer.from('half of it'))
    await new Promise(() => undefined)
  })
  const meet = (): Promise<PeerId> => birch.dial(`/ip4/127.0.0.1/tcp/${listenPortOf(alder)}`)
  const read = async (): Promise<AsyncIterator<Uint8Array>> => {
    const stream = await birch.openStream(await meet(), protocol)
    const reader = stream.incoming[Symbol.asyncIterator]()
    assert.equal(String((await reader.next()).value), 'half of it')
    return reader
  }
  const reader = await read()
  assert.deepEqual(alder.warnings(), [])
  processes[0]?.kill()
  await assert.rejects(reader.next())
  await until(() => processes.length === 2 && alder.warnings()[0]?.includes('another one runs') === true, 'another one')
  assert.match(alder.warnings()[0] ?? '', /^the network process has ended once, last at /)
  assert.deepEqual([alder.peers(), heard], [[], ['up', 'down']])
  await read()
})

test('a dial between two network processes is done by the second, and ends with its signal', async (t) => {
  const mayStart = Promise.withResolvers<void>()
  const { processes, startProcess } = networksInThisProcess(mayStart.promise)
  const alder = await openNetwork({}, { startProcess })
  const birch = await openNetwork()
  t.after(() => Promise.all([alder.close(), birch.close()]))
  const address = `/ip4/127.0.0.1/tcp/${listenPortOf(birch)}`
  await alder.dial(address)
  assert.equal(alder.outage(), undefined)
  processes[0]?.kill()
  await until(() => alder.peers().length === 0, 'the process is lost')
  assert.match(alder.outage() ?? '', /^the network process has .*ended.*, and nobody is reached until/)
  const stop = new AbortController()
  const stopped = alder.dial(address, stop.signal)
  const dialed = alder.dial(address)
  stop.abort(new Error('not wanted'))
  await assert.rejects(stopped, /not wanted/)
  mayStart.resolve()
  assert.equal(await dialed, birch.self)
  assert.equal(alder.outage(), undefined)
})

test('a port that is taken is PORT_TAKEN at the start', async (t) => {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  t.after(() => server.close())
  const { port } = server.address() as AddressInfo
  await assert.rejects(openNetwork({}, { port }), { code: 'PORT_TAKEN', message: `port ${port} on 127.0.0.1 is taken` })
})

const unprivileged = readFileSync('/proc/sys/net/ipv4/ip_unprivileged_port_start', 'utf8')

test('a port that is not for the user of the process is PORT_FORBIDDEN at the start', {
  skip: Number(unprivileged) > 1 ? false : 'every port is for every user here: this was NOT tested',
}, async () => {
  const started = await networkInThisProcess()
  const hostKey = generateKeyPairSync('ed25519').privateKey
  if (isRoot) process.seteuid?.(65_534)
  try {
    const opened = openNetwork({}, { hostKey, port: 1, startProcess: async () => started })
    await assert.rejects(opened, { code: 'PORT_FORBIDDEN', message: 'port 1 on 127.0.0.1 is not for every user' })
  } finally {
    if (isRoot) process.seteuid?.(0)
  }
})

test('one of another release is told nothing: the daemon hears of it, and says what to do', async (t) => {
  const told: string[] = []
  const stranger = async (): Promise<NetworkProcess> => {
    const [socket, other] = (await socketPair()) as [Socket, Socket]
    other.on('data', (bytes) => told.push(String(bytes))).on('error', () => undefined)
    other.write(message({ type: 'hello', release: '9.9.9', more: 'that only it knows' }))
    const { promise: ended, resolve } = Promise.withResolvers<string>()
    other.once('close', () => resolve('status 0'))
    return { socket, ended, kill: () => void other.destroy() }
  }
  const refused = { code: 'NETWORK_RELEASE', message: /is of release 9\.9\.9, and this daemon of release/ }
  await assert.rejects(openNetwork({}, { startProcess: stranger }), refused)

  const first = await networkInThisProcess()
  const starts = [async () => first, stranger, networkInThisProcess]
  const warned = Promise.withResolvers<string>()
  const alder: NetworkTransport = await openNetwork(
    {},
    {
      startProcess: () => (starts.shift() ?? stranger)(),
      onOtherRelease: () => warned.resolve(alder.warnings()[0] ?? ''),
    },
  )
  t.after(() => alder.close())
  first.kill()
  assert.match(await warned.promise, /9\.9\.9.*; nobody is reached until .*: isconf restart$/)
  await until(() => alder.warnings()[0]?.includes('another one runs') === true, 'another one')
  assert.match(alder.warnings()[0] ?? '', /^the network process has ended once, /)
  assert.deepEqual(told, [])
})

test('what has changed of the settings is told when the daemon hears of it', async (t) => {
  const keyed = (key: string): DomainKeys => ({ ...noKeys, proves: key, accepts: [key] })
  let keys = keyed('old')
  let changed = (): void => undefined
  const onSettings = (listener: () => void): (() => void) => {
    changed = listener
    return () => undefined
  }
  const alder = await openNetwork({ keys: () => keys }, { onSettings })
  const birch = await openNetwork({ keys: () => keyed('new') })
  t.after(() => Promise.all([alder.close(), birch.close()]))
  const dial = (): Promise<PeerId> => birch.dial(`/ip4/127.0.0.1/tcp/${listenPortOf(alder)}`)
  keys = keyed('new')
  await assert.rejects(dial(), /other key/)
  changed()
  await until(() => dial().then(Boolean, () => false), 'the new key counts')
})

const hello = { type: 'hello', release }
const message = (value: unknown): Buffer => framed('message', 0, Buffer.from(JSON.stringify(value)))
const up = { type: 'up', peer, address: '/ip4/127.0.0.1/tcp/1', dialable: [] }
const wanted = { file: 'ab'.repeat(32), position: 0, length: 1, isList: false }
const first = Buffer.alloc(0)
const opening = (stream: number, changes = {}): Buffer =>
  framed('open', stream, encodeOpening({ peer, protocol, first, ...changes }))
const asked = opening(2)

/** What a network process that has gone bad may say, each of which is its end. */
const lies: Readonly<Record<string, readonly Buffer[]>> = {
  'a message before it has said who it is': [message({ type: 'ready' })],
  'bytes that are no frame': [Buffer.from('GET / HTTP/1.1\r\n')],
  'a message that is longer than any': [headOf('message', 0, 2 ** 32 - 1)],
  'a message that is no JSON': [framed('message', 0, Buffer.from('{'))],
  'a message of no kind': [message({ type: 'root', command: 'true' })],
  'a peer with an id that is none': [message({ ...up, peer: '../../etc' })],
  'an address without an end': [message({ ...up, address: 'x'.repeat(301) })],
  'more addresses than a peer has': [message({ ...up, dialable: Array(33).fill('/ip4/127.0.0.1/tcp/1') })],
  'a peer with a number for its id': [message({ ...up, peer: 1 })],
  'a stream with a number of the other side': [opening(1)],
  'a stream that is open already': [asked, asked],
  'a stream before it has said who it is': [asked],
  'a stream of a peer with an id that is none': [opening(2, { peer: `../../${peer.slice(6)}` })],
  'a stream of no peer': [framed('open', 2, Buffer.alloc(0))],
  'a stream of a protocol that is longer than what comes': [
    framed('open', 2, Buffer.concat([Buffer.from([peer.length, 200]), Buffer.from(peer)])),
  ],
  'a stream that begins with more than one may': [headOf('open', 2, 100_000)],
  'more of a stream than there is leave for': [
    asked,
    ...Array(windowBytes / 65_536).fill(framed('data', 2, Buffer.alloc(65_536))),
    framed('data', 2, Buffer.alloc(1)),
  ],
  'a question for a file with a name that none has': [
    message({ type: 'local question', stream: 2, question: { about: 'bank file', name: '../conf/host.key' } }),
  ],
  'a question for bytes of what is no hash': [
    message({
      ...{ type: 'local question', stream: 2 },
      question: { about: 'bank bytes', name: 'foo', id: '../host.key', from: 0, end: 1 },
    }),
  ],
  'a question about what nobody may ask': [
    message({ type: 'local question', stream: 2, question: { about: 'host key' } }),
  ],
  'a question of the page for what changes something': [
    message({
      ...{ type: 'local question', stream: 2 },
      question: { about: 'page', session: 'a', read: { what: 'unlock' } },
    }),
  ],
  'a port that is none': [message({ type: 'page served', port: 65_536 })],
  'the end of a connection that it was not handed': [message({ type: 'connection over', connection: 1 })],
  'leave for more than was sent': [asked, framed('credit', 2, Buffer.from([0, 0, 0, 1]))],
  'leave without a number': [asked, framed('credit', 2, Buffer.alloc(2))],
  'a question for files, of which it is given none': [message({ type: 'held', ask: 1, file: 'ab'.repeat(32) })],
  'a file with a name that is none': [message({ type: 'held', ask: 1, file: '../../etc/shadow' })],
  'a question for more files than one may have': [message({ type: 'files', ask: 1, files: Array(33).fill(wanted) })],
  'a question for more of a file than one may have': [
    message({ type: 'files', ask: 1, files: [{ ...wanted, length: 2 ** 32 }] }),
  ],
  'bytes after the end': [asked, framed('end', 2, Buffer.alloc(0)), framed('data', 2, Buffer.alloc(1))],
}

for (const [what, frames] of Object.entries(lies)) {
  test(`the daemon believes nothing any more of a network process that sends ${what}`, async (t) => {
    const { session, other, over, events } = await openSession(t)
    const begin = what.endsWith('before it has said who it is') ? [] : [message(hello), message(up)]
    other.write(Buffer.concat([...begin, ...frames]))
    // For what it said, and not for a silence of half a minute.
    assert.doesNotMatch((await over).message, /stopped answering/)
    assert.deepEqual(session.peers.all(), [])
    assert.deepEqual(
      events.map(({ type }) => type),
      ['up', 'down'].slice(0, events.length),
    )
  })
}

test('the daemon believes nothing any more of a network process that asks for files, and does not wait for the answers', async (t) => {
  let questions = 0
  const held = (): Promise<undefined> => {
    questions += 1
    return new Promise(() => undefined)
  }
  const never = (): Promise<never> => assert.fail('nothing else is asked')
  const source = { held, pieceHashes: never, read: never, openToServe: never, openPieceHashes: never }
  const files = { source, onAsked: () => undefined }
  const { other, over } = await openSession(t, [], { files, handOver: () => undefined })
  const question = message({ type: 'held', ask: 1, file: wanted.file })
  other.write(Buffer.concat([message(hello), ...Array(129).fill(question)]))
  assert.match((await over).message, /too many questions for files/)
  assert.equal(questions, 128)
})

test('a question goes with the word that opens its stream, and is over when the process says that it can not be opened', async (t) => {
  const { session, other, events } = await openSession(t)
  other.write(Buffer.concat([hello, up].map(message)))
  await until(() => events.length === 1, 'the peer is there')
  const stream = session.streams.open(peer, protocol, Buffer.from('a question'))
  const told: string[] = []
  const reader = new FrameReader({
    frame: (kind, number, payload) => told.push(`${kind} ${number} ${payload}`),
    data: (number, bytes) => told.push(`data ${number} ${bytes}`),
  })
  other.on('data', (bytes: Buffer) => reader.push(bytes))
  const word = encodeOpening({ peer, protocol, first: Buffer.from('a question') })
  await until(() => told.includes(`open 1 ${word}`), 'the question has come')
  other.write(framed('abort', 1, Buffer.from('it does not speak this')))
  await assert.rejects(stream.incoming[Symbol.asyncIterator]().next(), /does not speak this/)
})

test('what can be is believed as far as it goes: a peer is up once and down once, and a loud log is cut', async (t) => {
  const lines: string[] = []
  const { session, other, events } = await openSession(t, lines)
  const log = { type: 'log', level: 'warn', text: 'x', facts: {} }
  const said = [
    hello,
    up,
    up,
    { type: 'down', peer },
    { type: 'down', peer },
    ...Array(500).fill(log),
    { type: 'dialed', dial: 7, peer },
  ]
  other.write(Buffer.concat([...said, { ...up, type: 'peer' }, { type: 'ready' }].map(message)))
  await session.ready
  assert.deepEqual(events, [
    { type: 'up', peer },
    { type: 'down', peer },
  ])
  assert.deepEqual([session.peers.all(), lines.length], [[], 100])
  assert.throws(() => session.streams.open(peer, protocol), /not connected/)
})

test('frames are taken as they were sent, wherever the bytes are cut, and what is none is a WireError', () => {
  const payload = Buffer.from('{"type":"ready"}')
  const bytes = Buffer.concat([
    framed('message', 0, payload),
    framed('data', 5, payload),
    framed('end', 5, Buffer.alloc(0)),
  ])
  for (let cut = 0; cut <= bytes.length; cut += 1) {
    const seen: string[] = []
    let data = ''
    const sink: FrameSink = {
      frame: (kind, stream, bytes) => seen.push(`${kind} ${stream} ${bytes}`),
      data: (_, bytes) => {
        data += bytes
      },
    }
    const reader = new FrameReader(sink)
    reader.push(bytes.subarray(0, cut))
    reader.push(bytes.subarray(cut))
    assert.deepEqual([seen, data], [[`message 0 ${payload}`, 'end 5 '], String(payload)])
  }
  const nothing: FrameSink = { frame: () => undefined, data: () => undefined }
  assert.throws(() => new FrameReader(nothing).push(Buffer.alloc(9, 9)), WireError)
})

function framed(kind: Parameters<typeof headOf>[0], stream: number, payload: Buffer): Buffer {
  return Buffer.concat([headOf(kind, stream, payload.length), payload])
}

async function openSession(
  t: TestContext,
  lines: string[] = [],
  served: Pick<SessionOptions, 'files' | 'handOver'> = {},
) {
  const [socket, other] = (await socketPair()) as [Socket, Socket]
  const events: PeerEvent[] = []
  const { promise: over, resolve: onOver } = Promise.withResolvers<Error>()
  const session = new NetworkSession({
    ...served,
    socket,
    clock: systemClock,
    log: { ...silentLog, warn: (_, text) => lines.push(text) },
    serve: () => () => new Promise(() => undefined),
    local: new LocalServices(),
    onPeer: (event) => events.push(event),
    onOwnIdentity: () => undefined,
    onOver,
  })
  other.on('error', () => undefined)
  t.after(() => {
    session.close(new Error('the test is over'))
    other.destroy()
  })
  return { session, other, over, events }
}
