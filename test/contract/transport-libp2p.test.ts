import { generateKeyPairSync } from 'node:crypto'
import { systemClock } from '../../src/base/clock.io.ts'
import { silentLog } from '../../src/base/index.ts'
import { systemRandom } from '../../src/base/random.io.ts'
import { noKeys } from '../../src/mesh/admission.ts'
import { openLibp2p } from '../../src/mesh/open-libp2p.io.ts'
import { openRoad } from './road.ts'
import { transportContract } from './transport.ts'

transportContract('libp2p', async () => {
  const closers: (() => Promise<void>)[] = []
  return {
    host: async (_name, { domain = 'x.example', keys = () => noKeys } = {}) => {
      const transport = await openLibp2p({
        hostKey: generateKeyPairSync('ed25519').privateKey,
        host: '127.0.0.1',
        port: 0,
        discovery: false,
        topics: [],
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
