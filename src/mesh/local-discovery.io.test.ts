import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { createSocket } from 'node:dgram'
import test from 'node:test'
import { SimClock } from '../../test/sim/clock.ts'
import { openMesh } from '../../test/support/mesh.ts'
import { systemClock } from '../base/clock.io.ts'
import { silentLog } from '../base/index.ts'
import { systemRandom } from '../base/random.io.ts'
import { encodeBeacon } from './beacon.ts'
import { LocalDiscovery } from './local-discovery.io.ts'
import { peerIdOf } from './peer-id.ts'
import type { Strangers } from './strangers.ts'
import type { PeerId, Transport } from './transport.ts'

test('a host whose port the system chooses says nothing on the local network, and goes on', async (context) => {
  const transport = await openMesh()
  context.after(() => transport.close())
  const clock = new SimClock()
  const facts = { transport, domain: 'x.example', host: '127.0.0.1', random: systemRandom, log: silentLog }
  const discovery = await LocalDiscovery.open({ ...facts, port: 0, clock })
  await clock.run(60_000)
  discovery.close()
})

test('whoever invents hosts on the network has a host dial a few of them, and no more', async (context) => {
  const transport = await openMesh()
  context.after(() => transport.close())
  const clock = new SimClock()
  const dialed: string[] = []
  const heard: string[] = []
  // Of two hosts that find each other only the one with the smaller id dials at once.
  const [self, ...invented] = Array.from({ length: 201 }, newPeer).sort()
  const counting: Partial<Transport> = { self: self as PeerId, peers: () => [], onPeer: () => () => undefined }
  const discovery = await LocalDiscovery.open({
    transport: Object.assign(counting, {
      dial: async (address: string) => {
        dialed.push(address)
        throw new Error('nobody there')
      },
    }) as unknown as Transport,
    strangers: { heard: (address: string) => heard.push(address) } as unknown as Strangers,
    domain: 'x.example',
    host: '127.0.0.1',
    // Nobody else of this machine speaks UDP on it: the TCP port is its own.
    port: transport.listenPort(),
    ...{ clock, random: systemRandom, log: silentLog },
  })
  const socket = createSocket('udp4')
  context.after(() => {
    discovery.close()
    socket.close()
  })
  const say = (peer: PeerId, domain = 'x.example'): Promise<void> =>
    new Promise((resolve) => {
      socket.send(encodeBeacon(peer, 65_027, domain), transport.listenPort(), '127.0.0.1', () => resolve())
    })
  for (const peer of invented) await say(peer)
  // What is said last is heard last.
  while (heard.length === 0) {
    await say(newPeer(), 'y.example')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  assert.ok(dialed.length > 0 && dialed.length <= 32, `${dialed.length} dials`)
})

test('two hosts of a machine that listen on one port of two addresses find each other by broadcast', async (context) => {
  const first = await openMesh()
  const port = first.listenPort()
  const second = await openMesh({ host: '127.0.0.2', port })
  for (const [transport, host] of [
    [first, '127.0.0.1'],
    [second, '127.0.0.2'],
  ] as const) {
    const clock = systemClock
    const discovery = await LocalDiscovery.open({
      transport,
      domain: 'x.example',
      host,
      port,
      clock,
      random: systemRandom,
      log: silentLog,
    })
    context.after(() => {
      discovery.close()
      return transport.close()
    })
  }
  // Long after the second dials even where it leaves that to the first at first.
  for (const end = performance.now() + 60_000; second.peers().length === 0; ) {
    assert.ok(performance.now() < end, 'found within a minute')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  assert.deepEqual(
    second.peers().map(({ id }) => id),
    [first.self],
  )
})

function newPeer(): PeerId {
  return peerIdOf(generateKeyPairSync('ed25519').privateKey)
}
