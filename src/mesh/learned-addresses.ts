/**
 * Where this host's peers can be dialed, kept over restarts: a host that has
 * met another once finds it again when nets no longer names it and nobody
 * answers on the local network.
 *
 * conf/peers has a line for each peer, the one met last first: how many times
 * the daemon has started since it was met, its id, its addresses. It is a
 * help and not a record: what can't be read in it is left out.
 */
import type { Cancel, Clock, Disk, Log } from '../base/index.ts'
import type { Transport } from './transport.ts'

/** Enough to find the others. */
export const learnedPeersMax = 32
/** As many as a transport tells of a peer. */
const addressesMax = 3
/** A peer that was not met in this many starts has gone. */
const startsMax = 10
/** When to check who is connected: some time after a start, and then again and again. Changes are then written down. */
const firstLookMs = 5_000
const lookEveryMs = 60_000
const fileBytesMax = 64 * 1024

export interface LearnedDeps {
  readonly disk: Disk
  readonly clock: Clock
  readonly log: Log
  readonly transport: Transport
  readonly path: string
}

interface Learned {
  readonly peer: string
  readonly addresses: readonly string[]
  /** Starts of the daemon since it was met. */
  readonly starts: number
}

export class LearnedAddresses {
  readonly #deps: LearnedDeps
  /** The one met last stands first. */
  #all: readonly Learned[]
  #written: string
  #running = false
  #cancel: Cancel = () => undefined

  private constructor(deps: LearnedDeps, written: string) {
    this.#deps = deps
    this.#written = written
    this.#all = parse(written)
      .map((one) => ({ ...one, starts: one.starts + 1 }))
      .filter(({ starts }) => starts <= startsMax)
  }

  /** Reads what an earlier daemon of this host has learned. */
  static async open(deps: LearnedDeps): Promise<LearnedAddresses> {
    const bytes = await deps.disk.readFile(deps.path)
    const usable = bytes !== undefined && bytes.length <= fileBytesMax
    return new LearnedAddresses(deps, usable ? Buffer.from(bytes).toString('utf8') : '')
  }

  /** Begins to note who is met. */
  start(): void {
    this.#running = true
    this.#lookAfter(firstLookMs)
  }

  /** Notes who is here now, for the last time. */
  async stop(): Promise<void> {
    this.#running = false
    this.#cancel()
    await this.#look()
  }

  /** The addresses to dial, those of the peer met last first. */
  addresses(): readonly string[] {
    return this.#all.flatMap(({ addresses }) => addresses)
  }

  #lookAfter(delayMs: number): void {
    if (!this.#running) return
    this.#cancel = this.#deps.clock.after(delayMs, () => void this.#look().then(() => this.#lookAfter(lookEveryMs)))
  }

  async #look(): Promise<void> {
    const here: Learned[] = this.#deps.transport
      .peers()
      .filter(({ dialable }) => dialable.length > 0)
      .map(({ id, dialable }) => ({ peer: id, addresses: dialable.slice(0, addressesMax), starts: 0 }))
    this.#all = merged(this.#all, here)
    const text = this.#all.map(({ peer, addresses, starts }) => `${[starts, peer, ...addresses].join(' ')}\n`).join('')
    if (text === this.#written) return
    try {
      await this.#deps.disk.replaceFile(this.#deps.path, text)
      this.#written = text
    } catch (error) {
      // A full disk costs the help and nothing else; the next look tries again.
      this.#deps.log.debug({ path: this.#deps.path, error: String(error) }, 'the addresses of peers were not noted')
    }
  }
}

/** New peers come first. Known ones keep their place, so that peers that come and go change little. */
function merged(known: readonly Learned[], here: readonly Learned[]): readonly Learned[] {
  const hereByPeer = new Map(here.map((one) => [one.peer, one]))
  const before = new Map(known.map((one) => [one.peer, one]))
  const met = here.filter(({ peer }) => (before.get(peer)?.starts ?? 1) > 0)
  const metPeers = new Set(met.map(({ peer }) => peer))
  const others = known.filter(({ peer }) => !metPeers.has(peer)).map((one) => hereByPeer.get(one.peer) ?? one)
  return [...met, ...others].slice(0, learnedPeersMax)
}

function parse(text: string): readonly Learned[] {
  const all = text.split('\n').flatMap((line): readonly Learned[] => {
    const [starts = '', peer = '', ...addresses] = line.split(' ')
    if (!/^\d{1,3}$/.test(starts) || peer === '' || addresses.length === 0) return []
    return [{ peer, addresses: addresses.slice(0, addressesMax), starts: Number(starts) }]
  })
  return all.slice(0, learnedPeersMax)
}
