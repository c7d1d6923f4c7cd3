import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { systemClock } from '../../src/base/clock.io.ts'
import { systemDisk } from '../../src/base/disk.io.ts'
import { threadPoolHasher } from '../../src/base/hash.io.ts'
import { type BlobRef, type BlobSource, pieceBytes } from '../../src/base/index.ts'
import { systemRandom } from '../../src/base/random.io.ts'
import type { PeerId } from '../../src/mesh/index.ts'
import type { TlsTransport } from '../../src/mesh/tls-transport.io.ts'
import { fetchBlob } from '../../src/replication/blobs/blob-fetch.ts'
import type { FetchOptions } from '../../src/replication/blobs/fetch-options.ts'
import { findHolders, serveHolders } from '../../src/replication/blobs/holders.ts'
import { type BlobStore, openStore, workerWholeHasher } from '../../src/store/index.ts'
import { serveBlobs } from '../../src/transfer/blob-serve.ts'
import { assertHolds, blobContent, putContent } from '../sim/blob-world.ts'
import { openMesh } from '../support/mesh.ts'

const content = blobContent(24 * pieceBytes + 5)

interface Host {
  readonly transport: TlsTransport
  readonly store: BlobStore
  /** Bytes of blobs that this host has read for others. */
  servedBytes(): number
}

type Read = BlobSource['read']

/** Runs a test among hosts on loopback; `serving` may change what a host reads for others. */
function among(
  sentence: string,
  run: (host: (serving?: (read: Read) => Read) => Promise<Host>) => Promise<void>,
): void {
  test(`TLS: ${sentence}`, { timeout: 60_000 }, async () => {
    const directory = await mkdtemp(join(tmpdir(), 'isconf-blob-'))
    const transports: TlsTransport[] = []
    try {
      await run(async (serving = (read) => read) => {
        const transport = await openMesh()
        transports.push(transport)
        const store = await openStore({
          disk: systemDisk,
          directory: join(directory, String(transports.length)),
          hasher: threadPoolHasher,
          wholeHasher: workerWholeHasher(),
          random: systemRandom,
        })
        let served = 0
        const read = serving((...range) => store.read(...range))
        const source: BlobSource = {
          held: (id) => store.held(id),
          pieceHashes: (id) => store.pieceHashes(id),
          read: (id, position, length) => {
            served += length
            return read(id, position, length)
          },
        }
        serveBlobs(transport, source, systemClock)
        return { transport, store, servedBytes: () => served }
      })
    } finally {
      await Promise.all(transports.map((transport) => transport.close()))
      await rm(directory, { recursive: true })
    }
  })
}

async function connect(...hosts: readonly Host[]): Promise<void> {
  for (const [index, { transport }] of hosts.entries()) {
    for (const other of hosts.slice(index + 1)) await transport.dial(other.transport.addresses()[0] ?? '')
  }
}

async function fetchAll({ transport, store }: Host, ref: BlobRef, options: Partial<FetchOptions> = {}): Promise<void> {
  const sink = await store.sink(ref)
  const candidates = () => transport.peers().map(({ id }) => id)
  try {
    await fetchBlob({ transport, clock: systemClock, random: systemRandom, ref, sink, candidates, ...options })
  } finally {
    await sink.close()
  }
}

among('two sources share the work', async (host) => {
  const [alder, birch, cedar] = [await host(), await host(), await host()]
  const ref = await putContent(alder.store, content)
  await putContent(birch.store, content)
  await connect(alder, birch, cedar)
  await fetchAll(cedar, ref)
  await assertHolds(cedar.store, ref)
  assert.equal(cedar.transport.fileConnectionCount(), 2, 'the file came on connections of its own')
  for (const { servedBytes } of [alder, birch]) assert.ok(servedBytes() >= 4 * pieceBytes, `${servedBytes()}`)
})

among(
  'a host that is no neighbour has the file: it is dialed for it, or reached over a neighbour of both',
  async (host) => {
    for (const isDialable of [true, false]) {
      const [alder, birch, cedar] = [await host(), await host(), await host()]
      const ref = await putContent(alder.store, content)
      await connect(alder, birch)
      await connect(birch, cedar)
      serveHolders(birch.transport, systemClock)
      const addressesOf = (peer: PeerId): readonly string[] =>
        isDialable && peer === alder.transport.self ? alder.transport.addresses() : []
      const { transport } = cedar
      const deps = { transport, clock: systemClock, random: systemRandom, recorded: { of: () => [], addressesOf } }
      await fetchAll(cedar, ref, { findHolders: () => findHolders(deps, ref) })
      await assertHolds(cedar.store, ref)
      assert.deepEqual(
        cedar.transport.peers().map(({ id }) => id),
        [birch.transport.self],
      )
      assert.equal(cedar.transport.fileConnectionCount(), 1)
    }
  },
)

among('a corrupting source is set aside', async (host) => {
  const corrupting = await host(
    (read) =>
      async (...range) =>
        (await read(...range)).map((byte) => byte ^ 1),
  )
  const [birch, cedar] = [await host(), await host()]
  const ref = await putContent(corrupting.store, content)
  await putContent(birch.store, content)
  await connect(corrupting, birch, cedar)
  const bad: string[] = []
  await fetchAll(cedar, ref, { onBadPeer: (peer) => bad.push(peer) })
  await assertHolds(cedar.store, ref)
  assert.deepEqual(bad, [corrupting.transport.self])
})

among('a source that hangs without closing is done without', async (host) => {
  let reads = 0
  const hanging = await host(
    (read) =>
      (...range) =>
        reads++ < 2 ? read(...range) : new Promise(() => undefined),
  )
  const [birch, cedar] = [await host(), await host()]
  const ref = await putContent(hanging.store, content)
  await putContent(birch.store, content)
  await connect(hanging, birch, cedar)
  await fetchAll(cedar, ref)
  await assertHolds(cedar.store, ref)
})

among('a source that is killed is done without, and the fetch resumes with what was verified', async (host) => {
  const [alder, birch, cedar] = [await host(), await host(), await host()]
  const ref = await putContent(alder.store, content)
  await putContent(birch.store, content)
  await connect(alder, cedar)
  let kept = 0
  const onProgress = (here: number): void => {
    kept = here
    if (here >= 8) void alder.transport.close()
  }
  await assert.rejects(fetchAll(cedar, ref, { onProgress, missingMs: 500 }), { code: 'BLOB_MISSING' })
  await connect(birch, cedar)
  await fetchAll(cedar, ref)
  await assertHolds(cedar.store, ref)
  assert.ok(
    birch.servedBytes() <= content.length - kept * pieceBytes + pieceBytes,
    `${birch.servedBytes()} after ${kept} pieces`,
  )
})

among('three hosts that fetch at once serve each other', async (host) => {
  const hosts = [await host(), await host(), await host(), await host()]
  const [origin, ...receivers] = hosts
  assert.ok(origin)
  const large = blobContent(64 * pieceBytes)
  const ref = await putContent(origin.store, large)
  await connect(...hosts)
  await Promise.all(receivers.map((receiver) => fetchAll(receiver, ref)))
  for (const { store } of receivers) await assertHolds(store, ref)
  const ratio = origin.servedBytes() / large.length
  assert.ok(ratio < 2, `the origin sent ${ratio.toFixed(2)} times the blob`)
})
