import { systemClock } from '../../src/base/clock.io.ts'
import { noKeys } from '../../src/mesh/admission.ts'
import { SimNetwork } from '../sim/network.ts'
import { seededRandom } from '../sim/random.ts'
import { transportContract } from './transport.ts'

transportContract('simulated network', async () => {
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
})
