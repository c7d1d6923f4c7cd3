/**
 * A member of the domain that is out of order: it answers with altered
 * journals and files, with nonsense, or not at all.
 */
import type { BlobSource, Random } from '../../src/base/index.ts'
import { answer, ask } from '../../src/mesh/index.ts'
import { serveBlobs } from '../../src/transfer/index.ts'
import type { Cluster } from './cluster.ts'
import { seedOf } from './cluster-host.ts'
import type { SimTransport } from './network.ts'
import { chance, seededRandom } from './random.ts'

const limits = { requestBytesMax: 8 * 1024 * 1024, concurrentPerPeerMax: 8 }
const redialMs = 5_000

export class Rogue {
  readonly #cluster: Cluster
  readonly #transport: SimTransport
  readonly #random: Random
  #gone = false

  constructor(cluster: Cluster) {
    this.#cluster = cluster
    this.#random = seededRandom(seedOf(cluster.seed, 'rogue'))
    this.#transport = cluster.network.transport('rogue')
    answer(this.#transport, '/isconf/announce/1', limits, async () => this.#notice())
    answer(this.#transport, '/isconf/summary/1', limits, async () => this.#summary())
    answer(this.#transport, '/isconf/branch/1', limits, async () => this.#notice())
    answer(this.#transport, '/isconf/news/1', limits, async (news) => this.#hurry(news))
    answer(this.#transport, '/isconf/journal/1', limits, async (question) => this.#range(question))
    answer(this.#transport, '/isconf/agree/1', limits, async () => this.#oneOf([[], null, 'yes', [{ vote: 'yes' }]]))
    answer(this.#transport, '/isconf/kept/1', limits, async () => this.#oneOf([false, null, 'true', 1]))
    serveBlobs(this.#transport, this.#blobs(), cluster.clock)
    this.#dial()
  }

  leave(): void {
    this.#gone = true
    this.#transport.crash()
  }

  #dial(): void {
    if (this.#gone) return
    for (const { name } of this.#cluster.up) this.#transport.dial(`sim:${name}`).catch(() => undefined)
    this.#cluster.clock.after(redialMs, () => this.#dial())
  }

  /** Tells all of what one has just told it, so that they come here for it before they go there. */
  #hurry(news: unknown): null {
    const { about, told } = news as { about: unknown; told: { states: unknown } }
    const notice = { host: 'rogue', states: told.states, others: [], resolutions: [] }
    const options = { timeoutMs: 3_000, clock: this.#cluster.clock, answerBytesMax: limits.requestBytesMax }
    for (const { id } of this.#transport.peers()) {
      ask(this.#transport, id, '/isconf/news/1', { about, told: notice }, options).catch(() => undefined)
    }
    return null
  }

  /** Never what is there, so that it is asked for more; or nonsense. */
  #summary(): unknown {
    return this.#oneOf([null, 'x', { host: 'rogue', digest: Buffer.from(this.#random.bytes(8)).toString('hex') }])
  }

  /** What it says it has: a longer journal with a head that nobody knows, or no notice at all. */
  #notice(): unknown {
    const [host] = this.#cluster.up
    const state = host?.daemon.branch.state
    if (!state || chance(this.#random, 0.2))
      return this.#oneOf([null, {}, { host: 'rogue', states: 1 }, 'x'.repeat(1000)])
    const head = this.#oneOf([
      'f'.repeat(64),
      '1'.repeat(64),
      state.head.replace(/^./, (digit) => (digit === 'e' ? 'd' : 'e')),
    ])
    const states = [{ ...state, head, length: state.length + 1 }]
    return { host: 'rogue', states, others: [], resolutions: [] }
  }

  /** What an honest host would answer, altered. */
  async #range(question: unknown): Promise<unknown> {
    const { after } = question as { after: string }
    const journals = this.#cluster.up.map(({ daemon }) => daemon.branch.journal)
    const ranges = await Promise.all(journals.map((journal) => journal.linesAfter(after as never, 1024 * 1024)))
    const range = ranges.find((one) => one && one.lines.length > 0)
    if (!range) return this.#oneOf([null, { lines: [], more: true }, { lines: ['{}'], more: false }])
    // Altered in one place, half of the time: what is wrong in every way is refused too soon.
    if (chance(this.#random, 0.5)) return { lines: range.lines.map(forged), more: range.more }
    return { lines: this.#altered(range.lines), more: chance(this.#random, 0.3) }
  }

  #altered(lines: readonly string[]): readonly string[] {
    const altered = [...lines]
    const at = this.#random.below(altered.length + 1)
    const line = altered[at] ?? '{"changeset":{},"id":"","signature":""}'
    switch (this.#random.below(5)) {
      case 0:
        return altered.toSpliced(at, 1, flipped(line, this.#random))
      case 1:
        return altered.toSpliced(at, 1)
      case 2:
        return altered.reverse()
      case 3:
        return [...altered, line.replace('append', 'remove')]
      default:
        return altered.toSpliced(at, 1, line.slice(0, this.#random.below(line.length + 1)))
    }
  }

  /** Has every file, and every one is wrong. */
  #blobs(): BlobSource {
    const stores = (): readonly BlobSource[] => this.#cluster.up.map(({ daemon }) => daemon.deps.store)
    const first = async <T>(ask: (store: BlobSource) => Promise<T | undefined>): Promise<T | undefined> => {
      for (const store of stores()) {
        const found = await ask(store)
        if (found !== undefined) return found
      }
      return undefined
    }
    return {
      held: (id) => first((store) => store.held(id)),
      pieceHashes: async (id) => {
        const hashes = await first((store) => store.pieceHashes(id))
        return hashes?.map((byte) => byte ^ 1)
      },
      read: async (_, __, length) => new Uint8Array(length).fill(7),
    }
  }

  #oneOf<T>(values: readonly T[]): T {
    return values[this.#random.below(values.length)] as T
  }
}

function flipped(line: string, random: Random): string {
  const at = random.below(Math.max(1, line.length))
  return `${line.slice(0, at)}${line[at] === 'a' ? 'b' : 'a'}${line.slice(at + 1)}`
}

/** The same line but for what it tells to do. */
function forged(line: string): string {
  return line.replace(/"line (\d+)"/, '"forged $1"')
}
