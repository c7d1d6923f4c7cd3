import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import test, { type TestContext } from 'node:test'
import { until } from '../../test/harness/run.ts'
import { addressOf, openMesh } from '../../test/support/mesh.ts'
import { systemClock } from '../base/clock.io.ts'
import { relayedAddress } from './address.ts'
import { StreamReader } from './frames.ts'
import { answer, ask } from './rpc.ts'
import type { TlsTransport } from './tls-transport.io.ts'
import type { TlsTransportOptions } from './tls-transport-options.ts'
import type { PeerStream, Transport } from './transport.ts'

const echoProtocol = '/isconf/echo/1'
const limits = { requestBytesMax: 1024, concurrentPerPeerMax: 8 }
const options = { timeoutMs: 10_000, clock: systemClock, answerBytesMax: 1024 }

/** Transports that are closed with the test. */
async function meshes(context: TestContext, count: number, changes: Partial<TlsTransportOptions> = {}) {
  const all: TlsTransport[] = []
  for (let index = 0; index < count; index += 1) all.push(await openMesh(changes))
  context.after(() => Promise.all(all.map((one) => one.close())))
  return all as [TlsTransport, TlsTransport, TlsTransport, TlsTransport]
}

/** Alder and cedar, which have dialed birch alone. */
async function apart(context: TestContext) {
  const [alder, birch, cedar] = await meshes(context, 3)
  for (const one of [alder, cedar]) await one.dial(addressOf(birch))
  await untilConnected(birch, alder, cedar)
  return { alder, birch, cedar, way: relayedAddress({ via: birch.self, peer: cedar.self }) }
}

async function untilConnected(one: Transport, ...others: readonly Transport[]): Promise<void> {
  const isSo = (): boolean => others.every(({ self }) => one.peers().some(({ id }) => id === self))
  await until(isSo, 'they are connected')
}

const viaOf = (one: Transport, other: Transport) => one.peers().find(({ id }) => id === other.self)?.via

test('two hosts that only a third reaches talk over it, both ways, and it can read nothing of it', async (context) => {
  const { alder, birch, cedar, way } = await apart(context)
  assert.equal(await alder.dial(way), cedar.self)
  await untilConnected(cedar, alder)
  assert.deepEqual([viaOf(alder, cedar), viaOf(cedar, alder)], [birch.self, birch.self])
  assert.equal(viaOf(alder, birch), undefined)
  for (const [one, other] of [
    [alder, cedar],
    [cedar, alder],
  ] as const) {
    answer(other, echoProtocol, limits, async (question, peer) => ({ question, peer }))
    assert.deepEqual(await ask(one, other.self, echoProtocol, 'hello', options), { question: 'hello', peer: one.self })
  }
  // Several windows of HTTP/2, on the way as well.
  const bytes = randomBytes(3 * 1024 * 1024)
  cedar.handle('/isconf/file/1', async (stream) => {
    for (let at = 0; at < bytes.length; at += 65_536) await stream.write(bytes.subarray(at, at + 65_536))
  })
  const stream = await alder.openStream(cedar.self, '/isconf/file/1')
  assert.ok(bytes.equals(await new StreamReader(stream.incoming).exactly(bytes.length)))
  // The connection is theirs: when the one between goes, it is over.
  await birch.close()
  await until(() => alder.peers().length === 0 && cedar.peers().length === 0, 'both have noticed')
})

test('a direct connection takes the place of one over another host, whoever dials it', async (context) => {
  for (const [from, to] of [
    ['alder', 'cedar'],
    ['cedar', 'alder'],
  ] as const) {
    const hosts = await apart(context)
    const { alder, birch, cedar, way } = hosts
    const events: string[] = []
    await alder.dial(way)
    await untilConnected(cedar, alder)
    for (const one of [alder, cedar]) one.onPeer(({ type }) => events.push(type))
    await hosts[from].dial(addressOf(hosts[to]))
    const isDirect = (): boolean => viaOf(alder, cedar) === undefined && viaOf(cedar, alder) === undefined
    await until(isDirect, 'both are connected directly')
    // Two connections with birch, two with each other.
    await until(() => alder.connectionCount() === 4 && cedar.connectionCount() === 4, 'the other one is gone')
    assert.deepEqual(events, [])
    for (const one of [alder, birch, cedar]) await one.close()
  }
})

test('a host passes nothing on for strangers, to hosts that it does not reach itself, or over more than one host', async (context) => {
  const [alder, birch, cedar, dogwood] = await meshes(context, 4)
  const stranger = await openMesh({ domain: 'other.example' })
  context.after(() => stranger.close())
  const over = (via: Transport, peer: Transport): string => relayedAddress({ via: via.self, peer: peer.self })
  await assert.rejects(stranger.dial(addressOf(birch)), /other domain/)
  await assert.rejects(stranger.dial(over(birch, cedar)), /not connected/)
  await alder.dial(addressOf(birch))
  await untilConnected(birch, alder)
  // It listens, and birch could dial it; it is not asked to.
  await assert.rejects(alder.dial(over(birch, cedar)), /does not reach it itself/)
  for (const own of [alder, birch]) await assert.rejects(alder.dial(over(birch, own)), /one of the two|own address/)
  await cedar.dial(addressOf(birch))
  await untilConnected(birch, cedar)
  await alder.dial(over(birch, cedar))
  await dogwood.dial(addressOf(alder))
  await untilConnected(alder, dogwood)
  await assert.rejects(dogwood.dial(over(alder, cedar)), /does not reach it itself/)
  // Who is dialed that way has to be admitted as well, and refuses as on any other connection.
  assert.deepEqual(cedar.refusalCounts(), { 'other domain': 0, 'other key': 0, 'other release': 0, broken: 0 })
})

test('one host has so many connections over another and no more, and the others go on', async (context) => {
  const { alder, birch, cedar } = await apart(context)
  const open: PeerStream[] = []
  const ask = async (): Promise<string> => {
    const stream = await alder.openStream(birch.self, '/isconf/relay/1')
    open.push(stream)
    const question = Buffer.from(JSON.stringify({ to: cedar.self }))
    const length = Buffer.alloc(4)
    length.writeUInt32BE(question.length)
    await stream.write(Buffer.concat([length, question]))
    return Buffer.from((await new StreamReader(stream.incoming).frame(256)) ?? []).toString()
  }
  for (let count = 0; count < 32; count += 1) assert.equal(await ask(), '{}')
  assert.match(await ask(), /enough of such connections/)
  answer(birch, echoProtocol, limits, async () => 'here')
  // What is left without a TLS handshake is let go.
  open.pop()?.abort(new Error('enough'))
  open.pop()?.abort(new Error('enough'))
  await until(async () => (await ask()) === '{}', 'there is room again')
})
