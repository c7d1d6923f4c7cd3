/** Keeps this host connected to the addresses it is configured with: dials, waits longer after each failure, redials. */
import { type Cancel, within } from '../base/index.ts'
import { parseRelayed } from './address.ts'
import { type AddressState, backOff, type DialedAddress, hurry, newAddress, steady } from './dialed-address.ts'
import type { PeeringDeps } from './peering-deps.ts'
import { OwnAddressError, type PeerId } from './transport.ts'

/** How often the configured addresses are read again; within the 10 s that the manual gives for a changed file. */
const scanMs = 5_000
/** The same while nobody is missing and changes are told. */
const restMs = 60_000
/** A connection that lasted this long was a good one: the next dial is quick again. */
const steadyMs = 30_000
const dialMsMax = 15_000
/** More at once would only queue in the kernel and in the handshakes' CPU time. */
const concurrentDialsMax = 8
/** How many of these may go to addresses that are only hints, which may all be dead. */
const hintDialsMax = 4
/** An address that was this host's own is tried again after this, for addresses move. */
const ownAgainMs = 600_000

export class Peering {
  readonly #deps: PeeringDeps
  readonly #entryByAddress = new Map<string, DialedAddress>()
  readonly #connected = new Set<PeerId>()
  /** Peers that are reached over another host: they are still dialed where they listen. */
  #relayed = new Set<PeerId>()
  #cancelTimer: Cancel = () => undefined
  #cancelPeers: Cancel = () => undefined
  #running = false
  #onTried: () => void = () => undefined

  constructor(deps: PeeringDeps) {
    this.#deps = deps
  }

  /** Dials at once, and goes on until stopped. */
  start(): void {
    this.#running = true
    for (const { id } of this.#deps.transport.peers()) this.#connected.add(id)
    this.#cancelPeers = this.#deps.transport.onPeer(({ type, peer }) => {
      if (type === 'up') this.#came(peer)
      else this.#lost(peer)
    })
    this.#tick()
  }

  stop(): void {
    this.#running = false
    this.#cancelTimer()
    this.#cancelPeers()
    for (const entry of this.#entryByAddress.values()) entry.dialing?.abort(new Error('peering is stopped'))
  }

  /** Addresses may be others, or wanted by now. */
  readonly look = (): void => this.#tick()

  /** Resolves when every configured address was tried once, or after `limitMs`. */
  settled(limitMs: number): Promise<void> {
    const tried = new Promise<void>((resolve) => {
      this.#onTried = resolve
    })
    this.#tellIfTried()
    return within(this.#deps.clock, limitMs, tried, () => undefined)
  }

  states(): readonly AddressState[] {
    return [...this.#entryByAddress.values()].map((entry) => ({
      address: entry.address,
      state: this.#stateOf(entry),
      peer: entry.peer,
      isHint: entry.isHint,
      failure: entry.failure,
    }))
  }

  #stateOf(entry: DialedAddress): AddressState['state'] {
    if (entry.own) return 'own'
    if (this.#isConnected(entry)) return 'connected'
    return entry.dialing === undefined ? 'waiting' : 'dialing'
  }

  #tellIfTried(): void {
    const isTried = (entry: DialedAddress): boolean =>
      entry.own || entry.peer !== undefined || entry.failure !== undefined
    if ([...this.#entryByAddress.values()].every(isTried)) this.#onTried()
  }

  #tick(): void {
    if (!this.#running) return
    this.#tellIfTried()
    this.#cancelTimer()
    const peers = this.#deps.transport.peers()
    this.#relayed = new Set(peers.flatMap(({ id, via }) => (via === undefined ? [] : [id])))
    this.#readAddresses()
    const nowMs = this.#deps.clock.monotonicMs()
    const open = [...this.#entryByAddress.values()].filter(
      (entry) => entry.dialing === undefined && !this.#isConnected(entry),
    )
    const due = open
      .filter(({ nextAtMs }) => nextAtMs <= nowMs)
      .sort((a, b) => a.nextAtMs - b.nextAtMs || a.place - b.place)
    this.#dialDue(
      due.filter(({ isHint }) => isHint),
      due.filter(({ isHint }) => !isHint),
    )
    const waits = open.filter((entry) => !due.includes(entry)).map(({ nextAtMs }) => nextAtMs - nowMs)
    const { clock, isAtRest } = this.#deps
    this.#cancelTimer = clock.after(Math.min(isAtRest?.() ? restMs : scanMs, ...waits), () => this.#tick())
  }

  #dialDue(hints: readonly DialedAddress[], configured: readonly DialedAddress[]): void {
    const wanted = this.#deps.wanted?.()
    if (wanted !== undefined) {
      this.#dialSome([...hints, ...configured].slice(0, Math.max(0, wanted - this.#dialing())))
      return
    }
    this.#dialSome(configured)
    this.#dialSome(hints.slice(0, Math.max(0, hintDialsMax - this.#dialing(true))))
  }

  #dialSome(due: readonly DialedAddress[]): void {
    for (const entry of due.slice(0, Math.max(0, concurrentDialsMax - this.#dialing()))) void this.#dial(entry)
  }

  #readAddresses(): void {
    const isHintByAddress = new Map((this.#deps.hints?.() ?? []).map((address) => [address, true]))
    for (const address of this.#deps.addresses()) isHintByAddress.set(address, false)
    for (const [address, entry] of this.#entryByAddress) {
      // A hint that is being dialed may be none any more because it has just answered.
      if (isHintByAddress.has(address) || (entry.isHint && entry.dialing !== undefined)) continue
      entry.dialing?.abort(new Error(`${address} is configured no longer`))
      this.#entryByAddress.delete(address)
    }
    for (const [place, [address, isHint]] of [...isHintByAddress].entries()) {
      const entry = this.#entryByAddress.get(address) ?? newAddress(address)
      Object.assign(entry, { isHint, place })
      this.#entryByAddress.set(address, entry)
    }
  }

  async #dial(entry: DialedAddress): Promise<void> {
    const { transport, clock, random, log } = this.#deps
    const dialing = new AbortController()
    entry.dialing = dialing
    this.#deps.dialing?.(entry.address)
    const cancelLimit = clock.after(dialMsMax, () => dialing.abort(new Error(`no answer within ${dialMsMax} ms`)))
    try {
      entry.peer = await transport.dial(entry.address, dialing.signal)
      entry.own = false
      entry.failure = undefined
      entry.connectedAtMs = clock.monotonicMs()
      // The connection may be gone again already, and its loss reported before the peer was known to be here.
      if (transport.peers().some(({ id }) => id === entry.peer)) this.#connected.add(entry.peer)
      else backOff(entry, clock.monotonicMs(), random)
    } catch (error) {
      entry.own = error instanceof OwnAddressError
      entry.failure = entry.own ? undefined : (error as Error).message
      if (!entry.own) log.debug({ address: entry.address, error: entry.failure }, 'a host was not reached')
      backOff(entry, clock.monotonicMs(), random)
      if (entry.own) entry.nextAtMs = clock.monotonicMs() + ownAgainMs
    } finally {
      cancelLimit()
      entry.dialing = undefined
    }
    this.#deps.dialed?.(entry.address, entry.failure === undefined && !entry.own ? entry.peer : undefined)
    this.#tick()
  }

  #came(peer: PeerId): void {
    this.#connected.add(peer)
    const { clock, random } = this.#deps
    const hurried = [...this.#entryByAddress.values()].filter((entry) => hurry(entry, clock.monotonicMs(), random))
    if (hurried.length > 0) this.#tick()
  }

  #lost(peer: PeerId): void {
    this.#connected.delete(peer)
    const { clock, random } = this.#deps
    const nowMs = clock.monotonicMs()
    for (const entry of this.#entryByAddress.values()) {
      if (entry.peer !== peer) continue
      if (nowMs - entry.connectedAtMs >= steadyMs) steady(entry)
      backOff(entry, nowMs, random)
    }
    this.#tick()
  }

  #isConnected(entry: DialedAddress): boolean {
    const { peer, address } = entry
    if (peer === undefined || !this.#connected.has(peer)) return false
    return !this.#relayed.has(peer) || parseRelayed(address) !== undefined
  }

  /** How many dials are under way; if asked so, only those to hints. */
  #dialing(hintsOnly = false): number {
    const entries = [...this.#entryByAddress.values()]
    return entries.filter(({ dialing, isHint }) => dialing !== undefined && (isHint || !hintsOnly)).length
  }
}
