import { systemClock } from '../../src/base/clock.io.ts'
import { noKeys } from '../../src/mesh/admission.ts'
import { SimNetwork } from '../sim/network.ts'
import { seededRandom } from '../sim/random.ts'
import type { SimTransport } from '../sim/sim-transport.ts'
import { transportContract } from './transport.ts'
import { fileTransportContract } from './transport-files.ts'
import type { TransportWorld } from './transport-world.ts'

transportContract('simulated network', makeWorld)
fileTransportContract('simulated network', makeWorld)

async function makeWorld(): Promise<TransportWorld<SimTransport>> {
  const faults = { latencyMsMin: 0, latencyMsMax: 1, answerLimitMs: 1_000 }
  const network = new SimNetwork(systemClock, seededRandom(1), faults)
  const transports: { close(): Promise<void> }[] = []
  return {
    host: async (name, { domain = 'x.example', keys = () => noKeys } = {}) => {
      const transport = network.transport(name, { member: { domain, keys } })
      transports.push(transport)
      return {
        transport,
        address: transport.address,
        crash: () => transport.crash(),
        hang: () => network.hang(name),
        wake: () => network.wake(name),
      }
    },
    close: async () => {
      for (const transport of transports) await transport.close()
    },
  }
}
