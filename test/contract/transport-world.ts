/** A world of hosts in which a Transport's promises are checked. */
import test from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { systemClock } from '../../src/base/clock.io.ts'
import type { DomainKeys } from '../../src/mesh/admission.ts'
import type { PeerStream, Transport } from '../../src/mesh/transport.ts'

export interface HostOptions {
  readonly domain?: string
  readonly keys?: () => DomainKeys
}

export interface WorldHost<T extends Transport = Transport> {
  readonly transport: T
  /** Where the others dial it. */
  readonly address: string
  /** It is gone at once, without a word to anybody. */
  crash(): void
  /** It stops answering, and nothing is closed. */
  hang(): void
  /** It answers again, beginning with what it had not heard. */
  wake(): void
}

/** Real or simulated, on the machine's clock. */
export interface TransportWorld<T extends Transport = Transport> {
  host(name: string, options?: HostOptions): Promise<WorldHost<T>>
  /** Ends every host. */
  close(): Promise<void>
}

export const protocol = '/isconf/contract/1'
export const limitMs = 20_000
export const askOptions = { timeoutMs: 5_000, clock: systemClock, answerBytesMax: 1024 }
export const answerLimits = { requestBytesMax: 1024, concurrentPerPeerMax: 2 }

export type Check<T extends Transport = Transport> = (
  claim: string,
  run: (world: TransportWorld<T>) => Promise<void>,
) => void

export function checkIn<T extends Transport>(name: string, makeWorld: () => Promise<TransportWorld<T>>): Check<T> {
  return (claim, run) => {
    test(`${name}: ${claim}`, { timeout: 60_000 }, async () => {
      const world = await makeWorld()
      try {
        await run(world)
      } finally {
        await world.close()
      }
    })
  }
}

export async function pair<T extends Transport>(
  world: TransportWorld<T>,
): Promise<Record<'alder' | 'birch', WorldHost<T>>> {
  const [alder, birch] = [await world.host('alder'), await world.host('birch')]
  await alder.transport.dial(birch.address)
  await until(() => isConnected(alder, birch) && isConnected(birch, alder))
  return { alder, birch }
}

export function isConnected(host: WorldHost, to: WorldHost): boolean {
  return host.transport.peers().some(({ id }) => id === to.transport.self)
}

export async function readAll(stream: PeerStream): Promise<Buffer> {
  const parts: Uint8Array[] = []
  for await (const bytes of stream.incoming) parts.push(bytes)
  return Buffer.concat(parts)
}

export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const startMs = performance.now()
  while (!(await condition())) {
    if (performance.now() - startMs > limitMs) throw new Error(`not true within ${limitMs} ms: ${condition}`)
    await pause(10)
  }
}
