/** What the network process fetches for the daemon, and what one that has gone bad can do with it. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import { until } from '../../test/harness/run.ts'
import { assertHolds, blobContent, putContent } from '../../test/sim/blob-world.ts'
import { type Change, changedNetwork } from '../../test/support/changed-network.ts'
import { listenPortOf, networkInThisProcess, openNetwork } from '../../test/support/network.ts'
import { systemClock } from '../base/clock.io.ts'
import { systemDisk } from '../base/disk.io.ts'
import { threadPoolHasher } from '../base/hash.io.ts'
import { type BlobRef, PieceMemory, pieceBytes, silentLog } from '../base/index.ts'
import { systemRandom } from '../base/random.io.ts'
import { systemCalls } from '../machine/index.ts'
import type { PeerStream } from '../mesh/index.ts'
import { fetchBlob } from '../replication/blobs/blob-fetch.ts'
import { fetchTogether } from '../replication/blobs/files-together.ts'
import { type BlobStore, openStore, workerWholeHasher } from '../store/index.ts'
import { BlobLane, serveBlobs } from '../transfer/index.ts'
import { coming, FetchedFiles, FetchedLane, here, type Lend, type LentMemory, lent, missing } from './fetched.ts'
import type { NetworkTransport } from './network-transport.ts'

const large = blobContent(9 * pieceBytes + 5)
/** Of which zstd makes little. */
const text = Buffer.alloc(3 * pieceBytes + 5, 'the same line again and again\n')
const skip = systemCalls().calls === undefined && 'koffi is not here: this was NOT tested'
const parts = { clock: systemClock, random: systemRandom }

interface Host {
  readonly transport: NetworkTransport
  readonly store: BlobStore
}

interface HostOptions {
  /** What is made of what its network processes say, of each by one of these; those after the last say what they should. */
  readonly changes?: readonly Change[]
  /** Lends them memory, which it makes others of, perhaps. */
  readonly lending?: (memory: LentMemory) => LentMemory
}

async function host(t: TestContext, { changes = [], lending }: HostOptions = {}): Promise<Host> {
  const directory = mkdtempSync(join(tmpdir(), 'isconf-fetched-'))
  const store = await openStore({
    ...{ directory, disk: systemDisk, hasher: threadPoolHasher, random: systemRandom },
    wholeHasher: workerWholeHasher(),
  })
  const left = [...changes]
  const startProcess = async (): ReturnType<typeof changedNetwork> => {
    const change = left.shift()
    if (change !== undefined) return changedNetwork(change)
    const { lend, ...started } = await networkInThisProcess({ serves: lending !== undefined })
    return { ...started, lend: lend && lending && ((number) => lentBy(lend, number, lending)) }
  }
  const transport = await openNetwork({}, { startProcess })
  serveBlobs(transport, store, systemClock)
  // Whatever a peer sends for files is taken apart in the network process.
  const refused = (): Promise<PeerStream> => assert.fail('the daemon has opened a stream to a peer')
  Object.assign(transport, { openStream: refused })
  t.after(async () => {
    await transport.close()
    rmSync(directory, { recursive: true })
  })
  return { transport, store }
}

function lentBy(lend: Lend, number: number, lending: (memory: LentMemory) => LentMemory): LentMemory | undefined {
  const memory = lend(number)
  return memory && lending(memory)
}

async function meet(from: Host, to: Host): Promise<void> {
  await from.transport.dial(`/ip4/127.0.0.1/tcp/${listenPortOf(to.transport)}`)
}

type Fetch = Partial<Parameters<typeof fetchBlob>[0]>

async function fetch({ transport, store }: Host, ref: BlobRef, options: Fetch = {}): Promise<void> {
  const sink = await store.sink(ref)
  const candidates = () => transport.peers().map(({ id }) => id)
  try {
    await fetchBlob({ ...parts, transport, ref, sink, candidates, ...options })
  } finally {
    await sink.close()
  }
}

/** A lane from one host to another. */
function laneOf(t: TestContext, { transport }: Host, to: Host, ref: BlobRef): BlobLane {
  const deps = { transport, clock: systemClock, ref, memory: new PieceMemory() }
  const lane = new BlobLane(deps, { peer: to.transport.self }, true)
  t.after(() => lane.abort(new Error('the test is over')))
  return lane
}

test('files that are large, small, packed or empty are fetched by the network process', async (t) => {
  const [alder, birch] = [await host(t), await host(t)]
  await meet(birch, alder)
  for (const content of [large, text, text.subarray(0, 5_000)]) {
    const ref = await putContent(alder.store, content)
    await fetch(birch, ref)
    await assertHolds(birch.store, ref)
  }
  const contents = Array.from({ length: 40 }, (_, index) => Buffer.from(`small ${index}\n`.repeat(1 + 20 * index)))
  const small = await alder.store.putSmall([new Uint8Array(), ...contents])
  const elsewhere = await birch.store.putSmall([Buffer.from('of birch')])
  const deps = { ...parts, ...birch, log: silentLog, findHolders: async (): Promise<readonly never[]> => [] }
  await fetchTogether(deps, [...small, ...elsewhere], new AbortController().signal)
  for (const one of small) await assertHolds(birch.store, one)
  // What is nowhere is said to be nowhere.
  const nowhere = laneOf(t, birch, alder, { id: 'ab'.repeat(32), sizeBytes: large.length, pieces: '' })
  assert.deepEqual([await nowhere.held(), await nowhere.hashes()], [undefined, undefined])
  assert.equal(await nowhere.range({ first: 0, count: 2 }, assert.fail, () => undefined), false)
})

test('wrong bytes of the network process are found by their hash, and kept nowhere', async (t) => {
  let isGood = false
  const alder = await host(t)
  const wrong: Change = (bytes) => (isGood || bytes.length < 1_000 ? bytes : Buffer.from(bytes.map((byte) => byte ^ 1)))
  const birch = await host(t, { changes: [wrong] })
  const ref = await putContent(alder.store, large)
  const small = await alder.store.putSmall(Array.from({ length: 20 }, (_, index) => blobContent(2_000, index + 1)))
  await meet(birch, alder)
  const bad: string[] = []
  const found = new AbortController()
  const onBadPeer = (peer: string): void => {
    bad.push(peer)
    found.abort(new Error('found out'))
  }
  await assert.rejects(fetch(birch, ref, { onBadPeer, missingMs: 60_000, signal: found.signal }), /found out/)
  assert.deepEqual(bad, [alder.transport.self])
  const deps = { ...parts, ...birch, log: silentLog, findHolders: async (): Promise<readonly never[]> => [] }
  await fetchTogether(deps, small, new AbortController().signal)
  assert.deepEqual(birch.store.ids(), [])
  isGood = true
  await fetch(birch, ref)
  await assertHolds(birch.store, ref)
})

test('a network process that says more than was asked is ended, and one that says less gives nothing', async (t) => {
  const alder = await host(t)
  const ref = await putContent(alder.store, large)
  const birch = await host(t, {
    changes: [(bytes) => (bytes.length === 1 ? Buffer.from([bytes[0] as number, 238]) : bytes)],
  })
  await meet(birch, alder)
  const lane = laneOf(t, birch, alder, ref)
  assert.equal((await lane.held())?.whole, true)
  await assert.rejects(lane.hashes(), /no answer about a file/)
  await until(() => birch.transport.warnings().some((one) => /no answer about a file/.test(one)), 'it is ended')

  const cedar = await host(t, { changes: [(bytes) => (bytes.length < 1_000 ? bytes : bytes.subarray(1))] })
  await meet(cedar, alder)
  const short = laneOf(t, cedar, alder, ref)
  const taken: number[] = []
  const range = short.range(
    { first: 0, count: 1 },
    async (index) => void taken.push(index),
    () => undefined,
  )
  range.catch(() => undefined)
  short.close(new Error('nobody waits any longer'))
  await assert.rejects(range, /nobody waits/)
  assert.deepEqual(taken, [])
})

test('a fetch whose network process dies goes on with the next one, from the pieces that are there', async (t) => {
  let comeBytes = 0
  const alder = await host(t)
  const dies: Change = (bytes, hangUp) => {
    comeBytes += bytes.length
    if (comeBytes > 5 * pieceBytes) hangUp()
    return bytes
  }
  const birch = await host(t, { changes: [dies] })
  const ref = await putContent(alder.store, large)
  await meet(birch, alder)
  const meetAgain = (): Promise<boolean> =>
    meet(birch, alder).then(
      () => true,
      () => false,
    )
  const again = birch.transport.onPeer(({ type }) => {
    if (type === 'down') void until(meetAgain, 'they meet again')
  })
  t.after(again)
  const seen: number[] = []
  await fetch(birch, ref, { missingMs: 60_000, onProgress: (count) => seen.push(count) })
  await assertHolds(birch.store, ref)
  assert.match(birch.transport.warnings().join(), /has ended once/)
  assert.deepEqual(
    seen,
    [...seen].sort((a, b) => a - b),
  )
  assert.equal(seen.length, 10, 'each piece was taken once')
})

test('pieces come in memory that the daemon lends, and what a network process has written there wrong is found', {
  skip,
}, async (t) => {
  let [reads, open, isGood] = [0, 0, true]
  const lending = (memory: LentMemory): LentMemory => {
    let isOpen = true
    open += 1
    return {
      read: (into) => {
        reads += 1
        memory.read(into)
        if (!isGood) into[7] = 1 ^ (into[7] as number)
      },
      close: () => {
        memory.close()
        if (isOpen) open -= 1
        isOpen = false
      },
    }
  }
  const [alder, birch] = [await host(t), await host(t, { lending })]
  await meet(birch, alder)
  for (const content of [large, text]) {
    const ref = await putContent(alder.store, content)
    await fetch(birch, ref)
    await assertHolds(birch.store, ref)
  }
  assert.ok(reads >= 14, 'every piece came in it')
  assert.equal(open, 0, 'nothing is lent any more')

  isGood = false
  const ref = await putContent(alder.store, blobContent(3 * pieceBytes, 7))
  const found = new AbortController()
  const onBadPeer = (): void => found.abort(new Error('found out'))
  await assert.rejects(fetch(birch, ref, { onBadPeer, missingMs: 60_000, signal: found.signal }), /found out/)
  assert.equal(birch.store.has(ref.id), false)
  await until(() => open === 0, 'nothing is lent any more')
})

/** What comes on a stream that says just this. */
function said(...chunks: readonly number[][]): PeerStream {
  return {
    write: async () => undefined,
    incoming: (async function* () {
      for (const chunk of chunks) yield Uint8Array.from(chunk)
    })(),
  } as unknown as PeerStream
}

test('an answer about a file has the bytes that were asked for, and is no answer otherwise', async () => {
  const broken: string[] = []
  const onBroken = (error: Error): number => broken.push(error.message)
  const lane = (...chunks: number[][]): FetchedLane => new FetchedLane(said(...chunks), onBroken, '')
  const nothing = (): undefined => undefined
  const memory = new Uint8Array(8)
  assert.deepEqual(await lane([coming], [here, 1], [2, 3]).piece(2, memory, nothing), Uint8Array.of(1, 2))
  assert.equal(await lane([missing]).piece(2, memory, nothing), undefined)
  await assert.rejects(lane([here, 1]).piece(2, memory, nothing), /ended after 1 of 2/)
  assert.deepEqual(await new FetchedFiles(said([here, 7]), onBroken).next(1, nothing), Uint8Array.of(7))
  const memoryLent = { read: (into: Uint8Array) => void into.fill(9), close: () => undefined }
  const lending = new FetchedLane(said([coming, lent]), onBroken, '', memoryLent)
  assert.deepEqual(await lending.piece(2, memory, nothing), Uint8Array.of(9, 9))
  assert.deepEqual(broken, [])
  await assert.rejects(lane(Array(8_000).fill(coming)).piece(2, memory, nothing), /no answer/)
  for (const word of [2, lent, 255]) await assert.rejects(lane([word, 1, 2]).piece(2, memory, nothing), /no answer/)
  for (const word of [2, coming]) await assert.rejects(lane([word, 1, 2]).small([2]), /no answer/)
  assert.equal(broken.length, 6)
})
