/** A world of hosts that are reached over a road each, on which they can crash and hang. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { answer, ask, HangsError, type Transport } from '../../src/mesh/index.ts'
import { openRoad } from './road.ts'
import {
  answerLimits,
  askOptions,
  type HostOptions,
  isConnected,
  limitMs,
  protocol,
  type TransportWorld,
  until,
  type WorldHost,
} from './transport-world.ts'

interface RoadWorld<T extends Transport> extends TransportWorld<T> {
  host(name: string, options?: HostOptions): Promise<WorldHost<T> & { mute(): void }>
}

/** What a Transport promises that only a road can show. */
export function roadContract(name: string, makeWorld: () => Promise<RoadWorld<Transport>>): void {
  test(`${name}: a question is heard before its host has said anything to it`, { timeout: 60_000 }, async () => {
    const world = await makeWorld()
    try {
      const [alder, birch] = [await world.host('alder'), await world.host('birch')]
      const heard: unknown[] = []
      answer(birch.transport, protocol, answerLimits, async (question) => heard.push(question))
      await alder.transport.dial(birch.address)
      await until(() => isConnected(alder, birch) && isConnected(birch, alder))
      const options = { ...askOptions, timeoutMs: limitMs }
      await ask(alder.transport, birch.transport.self, protocol, 'before', options)
      birch.mute()
      const asked = ask(alder.transport, birch.transport.self, protocol, 'silence', options)
      await assert.rejects(asked, HangsError)
      assert.deepEqual(heard, ['before', 'silence'])
    } finally {
      await world.close()
    }
  })
}

/** `portOf` is where the transport that `open` makes listens. */
export async function roadWorld<T extends Transport & { close(): Promise<void> }>(
  open: (options?: HostOptions) => Promise<T>,
  portOf: (transport: T) => number,
): Promise<RoadWorld<T>> {
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
        mute: () => road.mute(),
        hang: () => road.hang(),
        wake: () => road.wake(),
      }
    },
    close: async () => {
      for (const close of closers) await close()
    },
  }
}
