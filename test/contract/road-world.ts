/** A world of hosts that are reached over a road each, on which they can crash and hang. */
import type { Transport } from '../../src/mesh/index.ts'
import { openRoad } from './road.ts'
import type { HostOptions, TransportWorld } from './transport.ts'

/** `portOf` is where the transport that `open` makes listens. */
export async function roadWorld<T extends Transport & { close(): Promise<void> }>(
  open: (options?: HostOptions) => Promise<T>,
  portOf: (transport: T) => number,
): Promise<TransportWorld> {
  const closers: (() => Promise<void>)[] = []
  return {
    host: async (_name, options) => {
      const transport = await open(options)
      const road = await openRoad(portOf(transport))
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
}
