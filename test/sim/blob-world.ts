/** Hosts with a store each on a simulated network, for tests that move blobs. */
import assert from 'node:assert/strict'
import {
  type BlobRef,
  type BlobSource,
  type Clock,
  inlineHasher,
  type Random,
  sha256Hex,
  sleep,
} from '../../src/base/index.ts'
import type { PeerId } from '../../src/mesh/transport.ts'
import { Askers } from '../../src/replication/blobs/askers.ts'
import { fetchBlob } from '../../src/replication/blobs/blob-fetch.ts'
import type { FetchOptions } from '../../src/replication/blobs/fetch-options.ts'
import { type BlobStore, inlineWholeHasher, openStore } from '../../src/store/index.ts'
import { serveBlobs } from '../../src/transfer/blob-serve.ts'
import { SimClock } from './clock.ts'
import { SimDisk } from './disk.ts'
import { SimNetwork, type SimTransport } from './network.ts'
import { seededRandom } from './random.ts'

export interface BlobHost {
  readonly transport: SimTransport
  readonly store: BlobStore
  readonly disk: SimDisk
  readonly random: Random
  readonly askers: Askers
}

export class BlobWorld {
  readonly clock = new SimClock()
  readonly network: SimNetwork
  readonly #random: Random

  constructor(seed: number) {
    this.#random = seededRandom(seed)
    this.network = new SimNetwork(this.clock, this.#random)
  }

  /** A host that serves its store, or what `serving` makes of it. */
  async host(
    name: string,
    { disk, serving }: { disk?: SimDisk; serving?: (store: BlobStore) => BlobSource } = {},
  ): Promise<BlobHost> {
    const home = disk ?? new SimDisk(this.#random)
    const parts = {
      disk: home,
      directory: '/store',
      hasher: inlineHasher,
      wholeHasher: inlineWholeHasher,
      random: this.#random,
    }
    const store = await openStore(parts)
    const transport = this.network.transport(name)
    const askers = new Askers()
    serveBlobs(transport, serving?.(store) ?? store, this.clock, { onAsked: askers.asked })
    return { transport, store, disk: home, random: this.#random, askers }
  }

  async connect(...hosts: readonly BlobHost[]): Promise<void> {
    for (const [index, host] of hosts.entries()) {
      for (const other of hosts.slice(index + 1)) await this.clock.until(host.transport.dial(other.transport.address))
    }
  }

  /** Fetches from every connected host; the sink is closed afterwards. */
  async fetch(host: BlobHost, ref: BlobRef, options: Partial<FetchOptions> = {}): Promise<void> {
    const sink = options.sink ?? (await host.store.sink(ref))
    const candidates = (): readonly PeerId[] => host.transport.peers().map(({ id }) => id)
    try {
      await fetchBlob({
        transport: host.transport,
        clock: this.clock,
        random: host.random,
        ref,
        candidates,
        onAsked: (listener) => host.askers.listen(ref.id, listener),
        ...options,
        sink,
      })
    } finally {
      await sink.close()
    }
  }
}

/** Has what a host asks for travel on its links, as where nobody can be dialed. */
export function onLinks({ transport }: BlobHost): void {
  const open = transport.openFileStream.bind(transport)
  transport.openFileStream = async (...asked) => Object.assign(await open(...asked), { sharesLink: true })
}

/** Bytes that differ from piece to piece. */
export function blobContent(sizeBytes: number, seed = 1): Uint8Array {
  const words = new Uint32Array(Math.ceil(sizeBytes / 4))
  let state = seed | 1
  for (let index = 0; index < words.length; index++) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    words[index] = state
  }
  return new Uint8Array(words.buffer, 0, sizeBytes)
}

export async function putContent(store: BlobStore, content: Uint8Array): Promise<BlobRef> {
  return store.put(
    (async function* () {
      yield content
    })(),
  )
}

export async function assertHolds(store: BlobStore, ref: BlobRef): Promise<void> {
  const parts: Uint8Array[] = []
  for await (const part of store.readWhole(ref.id)) parts.push(part)
  assert.equal(sha256Hex(Buffer.concat(parts)), ref.id)
}

/** The store, but every read takes its time. */
export function slowly(clock: Clock, store: BlobStore, readMs: number): BlobSource {
  return {
    held: (id) => store.held(id),
    pieceHashes: (id) => store.pieceHashes(id),
    read: async (id, position, length) => {
      await sleep(clock, readMs)
      return store.read(id, position, length)
    },
  }
}
