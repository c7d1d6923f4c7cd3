import assert from 'node:assert/strict'
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import test, { type TestContext } from 'node:test'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { tls } from '@libp2p/tls'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p, type Libp2p, type Libp2pOptions as NodeOptions } from 'libp2p'
import { systemClock } from '../base/clock.io.ts'
import { silentLog } from '../base/index.ts'
import { systemRandom } from '../base/random.io.ts'
import { type DomainKeys, type Member, noKeys } from './admission.ts'
import { dialTimes, serviceTag } from './discovery.io.ts'
import { domainGate } from './domain-gate.io.ts'
import { libp2pKey, peerIdOf } from './identity.io.ts'
import type { Libp2pTransport } from './libp2p.io.ts'
import type { Libp2pOptions } from './libp2p-node.io.ts'
import { watchLiveness } from './liveness.io.ts'
import { openLibp2p } from './open-libp2p.io.ts'
import { Refusals } from './refusals.ts'

const member: Member = { domain: 'x.example', keys: () => noKeys }

async function host(context: TestContext, changes: Partial<Libp2pOptions> = {}): Promise<Libp2pTransport> {
  const transport = await openLibp2p({
    ...member,
    hostKey: newKey(),
    host: '127.0.0.1',
    port: 0,
    discovery: false,
    topics: [],
    clock: systemClock,
    random: systemRandom,
    log: silentLog,
    onOwnIdentity: () => undefined,
    ...changes,
  })
  context.after(() => transport.close())
  return transport
}

/** A libp2p node without any of ours but what is handed in. */
async function bareNode(context: TestContext, options: Partial<NodeOptions>): Promise<Libp2p> {
  const node = await createLibp2p({
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    streamMuxers: [yamux()],
    connectionMonitor: { enabled: false },
    ...options,
  })
  context.after(() => node.stop())
  return node
}

test('the mesh identity is that of the host key', async (context) => {
  const hostKey = newKey()
  const transport = await host(context, { hostKey })
  assert.equal(transport.self, peerIdOf(hostKey))
  assert.match(transport.self, /^12D3KooW/)
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
  const birch = await host(context, { keys: () => theirs })
  const alder = await host(context, { keys: () => mine })
  await alder.dial(addressOf(birch))
  await until(() => birch.peers().length === 1)
  // alder proves the new one from here on, but has proved the old one on this connection.
  mine = keysOf('new')
  theirs = keysOf('new')
  await until(() => birch.peers().length === 0 && alder.peers().length === 0)
  await alder.dial(addressOf(birch))
  await until(() => birch.peers().length === 1)
  mine = keysOf('other')
  theirs = keysOf('new', 'other')
  // alder has no use for birch's proof any more; birch would still have alder.
  await until(() => alder.peers().length === 0)
})

for (const [name, encrypter] of [
  ['TLS', tls()],
  ['noise', noise()],
] as const) {
  test(`the gate stands behind ${name} too`, async (context) => {
    const birch = await host(context)
    const gate = (domain: string) => {
      const refusals = new Refusals(systemClock, silentLog)
      const who = { ...member, domain }
      const hears = { onAdmitted: () => undefined, onOwnIdentity: () => undefined }
      return domainGate({ member: who, random: systemRandom, refusals, ...hears })(encrypter)
    }
    const [friend, stranger] = [gate('x.example'), gate('y.example')]
    const friendly = await bareNode(context, { connectionEncrypters: [friend] })
    await friendly.dial(multiaddr(addressOf(birch)))
    await until(() => birch.peers().length === 1)
    const strange = await bareNode(context, { connectionEncrypters: [stranger] })
    await assert.rejects(strange.dial(multiaddr(addressOf(birch))), /other domain/)
  })

  test(`a libp2p node that knows no gate is refused behind ${name}`, async (context) => {
    const birch = await host(context)
    const stranger = await bareNode(context, { connectionEncrypters: [encrypter] })
    // Behind TLS it takes the encrypted connection for a whole one, until it is refused.
    await stranger.dial(multiaddr(addressOf(birch))).catch(() => undefined)
    await until(() => birch.refusalCounts()['other release'] + birch.refusalCounts().broken === 1)
    await until(() => stranger.getConnections().length === 0)
    assert.deepEqual(birch.peers(), [])
  })
}

test('a stranger that says nothing is cut off in time, and counted', async (context) => {
  const birch = await host(context)
  const mute = await bareNode(context, {
    connectionEncrypters: [
      (components) => {
        const inner = tls()(components)
        const never = new Promise<never>(() => undefined)
        return {
          protocol: inner.protocol,
          secureInbound: () => never,
          secureOutbound: async (stream, options) => {
            await inner.secureOutbound(stream, { ...options, skipStreamMuxerNegotiation: true })
            return never
          },
        }
      },
    ],
  })
  mute.dial(multiaddr(addressOf(birch)), { signal: AbortSignal.timeout(15_000) }).catch(() => undefined)
  await until(() => birch.refusalCounts().broken === 1)
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

test('watchLiveness() cuts a connection whose other side is silent, and no other', async (context) => {
  const [lively, silent] = [await host(context), await host(context)]
  const sockets: Socket[] = []
  const road = createServer((near) => {
    const far = connect(silent.listenPort(), '127.0.0.1')
    for (const socket of [near, far]) sockets.push(socket.on('error', () => undefined))
    near.pipe(far).pipe(near)
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => road.once('listening', resolve))
  context.after(() => {
    for (const socket of sockets) socket.destroy()
    road.close()
  })
  const gate = domainGate({
    member,
    random: systemRandom,
    refusals: new Refusals(systemClock, silentLog),
    onAdmitted: () => undefined,
    onOwnIdentity: () => undefined,
  })
  const node = await bareNode(context, { privateKey: libp2pKey(newKey()), connectionEncrypters: [gate(tls())] })
  const stay = await node.dial(multiaddr(addressOf(lively)))
  const go = await node.dial(multiaddr(`/ip4/127.0.0.1/tcp/${(road.address() as AddressInfo).port}`))
  context.after(watchLiveness(() => node.getConnections(), silentLog, { checkEveryMs: 50, silenceMsMax: 1_000 }))
  for (const socket of sockets) socket.unpipe().pause()
  await until(() => go.status !== 'open')
  assert.equal(stay.status, 'open')
})

test('of two hosts that find each other one dials at once, the other later, and neither all the time', () => {
  const [low, high] = [dialTimes('alder'), dialTimes('birch')]
  const answers = [0, 1_000, 6_000, 7_000, 16_000].map((nowMs) => [low('birch', nowMs), high('alder', nowMs)])
  assert.deepEqual(answers, [
    [true, false],
    [false, false],
    [false, true],
    [false, false],
    [true, false],
  ])
})

test('serviceTag() differs by domain and does not tell its name', () => {
  assert.notEqual(serviceTag('x.example'), serviceTag('y.example'))
  assert.match(serviceTag('x.example'), /^_isconf-[0-9a-f]{16}\._udp\.local$/)
})

function newKey(): KeyObject {
  return generateKeyPairSync('ed25519').privateKey
}

function addressOf(transport: Libp2pTransport): string {
  return `/ip4/127.0.0.1/tcp/${transport.listenPort()}`
}

async function until(condition: () => boolean): Promise<void> {
  for (const end = performance.now() + 15_000; !condition(); ) {
    if (performance.now() > end) throw new Error(`not true within 15 s: ${condition}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
