/** What the network process serves by itself, of files that the daemon hands over. */
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import { until } from '../../test/harness/run.ts'
import { assertHolds, blobContent, putContent } from '../../test/sim/blob-world.ts'
import { listenPortOf, networkInThisProcess, openNetwork } from '../../test/support/network.ts'
import { systemClock } from '../base/clock.io.ts'
import { systemDisk } from '../base/disk.io.ts'
import { threadPoolHasher } from '../base/hash.io.ts'
import { type BlobRef, type BlobSource, PieceMemory, pieceBytes, silentLog } from '../base/index.ts'
import { systemRandom } from '../base/random.io.ts'
import { systemCalls } from '../machine/index.ts'
import { fetchBlob } from '../replication/blobs/blob-fetch.ts'

import { fetchTogether } from '../replication/blobs/files-together.ts'
import { type BlobStore, openStore, workerWholeHasher } from '../store/index.ts'
import { BlobLane, serveBlobs } from '../transfer/index.ts'
import type { NetworkTransport } from './network-transport.ts'

const skip = systemCalls().calls === undefined && 'koffi is not here: this was NOT tested'
const large = blobContent(3 * pieceBytes + 5)

interface Host {
  readonly transport: NetworkTransport
  readonly store: BlobStore
  /** Below which its files are. */
  readonly directory: string
}

/** One that serves what is in its store as the daemon does, whose own side reads for others by `read`. */
async function host(
  t: TestContext,
  {
    serves = true,
    read,
    ...seen
  }: {
    readonly serves?: boolean
    readonly read?: BlobSource['read']
    readonly onAsked?: () => void
    readonly onHandOver?: (descriptors: readonly number[]) => void
  } = {},
): Promise<Host> {
  const directory = mkdtempSync(join(tmpdir(), 'isconf-served-'))
  const parts = { disk: systemDisk, hasher: threadPoolHasher, wholeHasher: workerWholeHasher(), random: systemRandom }
  const store = await openStore({ ...parts, directory })
  const onAsked = seen.onAsked ?? (() => undefined)
  const transport = await openNetwork(
    {},
    {
      files: { source: store, onAsked },
      startProcess: async () => {
        const started = await networkInThisProcess({ serves })
        const { handOver } = started
        return {
          ...started,
          handOver:
            handOver &&
            ((number, descriptors) => {
              seen.onHandOver?.(descriptors)
              handOver(number, descriptors)
            }),
        }
      },
    },
  )
  const source: BlobSource = {
    held: (id) => store.held(id),
    pieceHashes: (id) => store.pieceHashes(id),
    read: read ?? ((...range) => store.read(...range)),
  }
  serveBlobs(transport, source, systemClock, { onAsked })
  t.after(async () => {
    await transport.close()
    rmSync(directory, { recursive: true })
  })
  return { transport, store, directory }
}

async function fetch({ transport, store }: Host, ref: BlobRef): Promise<void> {
  const sink = await store.sink(ref)
  const candidates = () => transport.peers().map(({ id }) => id)
  try {
    await fetchBlob({ transport, clock: systemClock, random: systemRandom, ref, sink, candidates })
  } finally {
    await sink.close()
  }
}

async function meet(from: Host, to: Host): Promise<void> {
  await from.transport.dial(`/ip4/127.0.0.1/tcp/${listenPortOf(to.transport)}`)
}

const neverReads: BlobSource['read'] = () => Promise.reject(new Error("the daemon's side has read for a peer"))

test('files are read by the network process, which is handed them open to be read, and the daemon moves no byte', {
  skip,
}, async (t) => {
  let asked = 0
  const modes = new Set<number>()
  const alder = await host(t, {
    read: neverReads,
    onAsked: () => (asked += 1),
    onHandOver: (descriptors) => {
      for (const one of descriptors) modes.add(accessOf(one))
    },
  })
  const birch = await host(t)
  const ref = await putContent(alder.store, large)
  const contents = Array.from({ length: 70 }, (_, index) => Buffer.from(`small ${index}`))
  const small = await alder.store.putSmall([new Uint8Array(), ...contents])
  await meet(birch, alder)

  await fetch(birch, ref)
  await assertHolds(birch.store, ref)
  assert.ok(asked > 0, 'who fetches the same file hears who asked')
  const { transport, store } = birch
  const deps = { transport, store, clock: systemClock, random: systemRandom, log: silentLog }
  const findHolders = async (): Promise<readonly never[]> => []
  await fetchTogether({ ...deps, findHolders }, small, new AbortController().signal)
  for (const one of small) await assertHolds(birch.store, one)
  assert.deepEqual([...modes], [0], 'every file was open to be read, and for nothing else')
  await until(() => openBelow(alder.directory).length === 0, 'every file is closed again')
})

test('of a file that is arriving, the network process serves what was verified, and says so', { skip }, async (t) => {
  const [alder, birch, cedar] = [await host(t, { read: neverReads }), await host(t), await host(t)]
  const ref = await putContent(cedar.store, large)
  const sink = await alder.store.sink(ref)
  t.after(() => sink.close())
  await sink.putHashes((await cedar.store.pieceHashes(ref.id)) as Uint8Array)
  await sink.putPiece(1, large.subarray(pieceBytes, 2 * pieceBytes))
  await meet(birch, alder)
  const { transport } = birch
  const parts = { transport, clock: systemClock, ref, memory: new PieceMemory() }
  const lane = new BlobLane(parts, { peer: alder.transport.self }, true)
  t.after(() => lane.abort(new Error('the test is over')))
  const held = await lane.held()
  assert.deepEqual([held?.whole, [0, 1, 2, 3].map((index) => held?.has(index))], [false, [false, true, false, false]])
  assert.deepEqual(Buffer.from((await lane.hashes()) ?? []), await cedar.store.pieceHashes(ref.id))
  let come: Uint8Array | undefined
  const take = async (_: number, bytes: Uint8Array): Promise<void> => {
    come = Uint8Array.from(bytes)
  }
  assert.equal(await lane.range({ first: 1, count: 1 }, take, () => undefined), true)
  assert.deepEqual(come, Uint8Array.from(large.subarray(pieceBytes, 2 * pieceBytes)))
  assert.equal(await lane.range({ first: 0, count: 1 }, take, () => undefined), false)

  const nothing = new BlobLane({ ...parts, ref: { ...ref, id: 'ab'.repeat(32) } }, { peer: alder.transport.self }, true)
  assert.deepEqual([await nothing.held(), await nothing.hashes()], [undefined, undefined])
  nothing.abort(new Error('the test is over'))
})

test('where no file can be handed over, the daemon reads for the peers, over the channel', async (t) => {
  let reads = 0
  const alder = await host(t, {
    serves: false,
    read: (...range) => {
      reads += 1
      return alder.store.read(...range)
    },
  })
  const birch = await host(t, { serves: false })
  const ref = await putContent(alder.store, large)
  await meet(birch, alder)
  await fetch(birch, ref)
  await assertHolds(birch.store, ref)
  assert.ok(reads >= 4)
})

/** How a descriptor of this process is open: 0 to be read, 1 to be written, 2 for both. */
function accessOf(descriptor: number): number {
  const flags = /^flags:\t(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, 'utf8'))?.[1] ?? ''
  return Number.parseInt(flags, 8) & 3
}

/** The files below a directory that this process has open. */
function openBelow(directory: string): readonly string[] {
  const all = readdirSync('/proc/self/fd').map((name) => {
    try {
      return readlinkSync(`/proc/self/fd/${name}`)
    } catch {
      return ''
    }
  })
  return all.filter((path) => path.startsWith(directory))
}
