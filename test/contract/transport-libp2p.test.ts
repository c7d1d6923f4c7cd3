import { generateKeyPairSync } from 'node:crypto'
import { type AddressInfo, createConnection, createServer, type Socket } from 'node:net'
import { systemClock } from '../../src/base/clock.io.ts'
import { silentLog } from '../../src/base/index.ts'
import { systemRandom } from '../../src/base/random.io.ts'
import { noKeys } from '../../src/mesh/admission.ts'
import { openLibp2p } from '../../src/mesh/open-libp2p.io.ts'
import { contractTopic, transportContract } from './transport.ts'

transportContract('libp2p', async () => {
  const closers: (() => Promise<void>)[] = []
  return {
    host: async (_name, { domain = 'x.example', keys = () => noKeys } = {}) => {
      const transport = await openLibp2p({
        hostKey: generateKeyPairSync('ed25519').privateKey,
        host: '127.0.0.1',
        port: 0,
        discovery: false,
        topics: [contractTopic],
        domain,
        keys,
        clock: systemClock,
        random: systemRandom,
        log: silentLog,
        onOwnIdentity: () => undefined,
      })
      const road = await openRoad(transport.listenPort())
      closers.push(async () => {
        await transport.close()
        await road.close()
      })
      return {
        transport,
        address: `/ip4/127.0.0.1/tcp/${road.port}`,
        crash: () => {
          road.breakOff()
          void transport.close()
        },
        hang: () => road.hang(),
      }
    },
    close: async () => {
      for (const close of closers) await close()
    },
  }
})

/** A TCP relay before one host, where what the network or a dying kernel would do can be done. */
async function openRoad(toPort: number) {
  const sockets = new Set<Socket>()
  let open = true
  const server = createServer((near) => {
    if (!open) return void near.resetAndDestroy()
    const far = createConnection(toPort, '127.0.0.1')
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket)
      socket.pipe(other)
      socket.on('error', () => other.destroy())
      socket.on('close', () => {
        sockets.delete(socket)
        other.destroy()
      })
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const each = (act: (socket: Socket) => void): void => [...sockets].forEach(act)
  return {
    port: (server.address() as AddressInfo).port,
    breakOff: () => {
      open = false
      each((socket) => socket.resetAndDestroy())
    },
    hang: () => each((socket) => socket.unpipe().pause()),
    close: () => {
      each((socket) => socket.destroy())
      return new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
