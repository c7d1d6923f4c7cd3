import { listenPortOf, openNetwork } from '../support/network.ts'
import { openRoad } from './road.ts'
import { transportContract } from './transport.ts'

transportContract('the network at the other end of a channel', async () => {
  const closers: (() => Promise<void>)[] = []
  return {
    host: async (_name, options) => {
      const transport = await openNetwork(options)
      const road = await openRoad(listenPortOf(transport))
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
        wake: () => road.wake(),
      }
    },
    close: async () => {
      for (const close of closers) await close()
    },
  }
})
