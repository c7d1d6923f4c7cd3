/** Whom this host dials, and to whom it stays connected: what is configured, what it has learned, and what the inventory tells. */
import type { Cancel, Clock, Log, Random } from '../base/index.ts'
import {
  isLocalAddress,
  type LearnedAddresses,
  NeighbourKeeper,
  networkOf,
  Peering,
  RelayHints,
  type Transport,
} from '../mesh/index.ts'
import type { Inventory } from '../replication/index.ts'

export interface MeetingDeps {
  readonly transport: Transport
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  /** The addresses in nets. */
  readonly configured: () => readonly string[]
  /** Hears when they may be others. */
  readonly onConfigured: (listener: () => void) => Cancel
  /** Undefined where this host dials none but those in nets. */
  readonly learned: LearnedAddresses | undefined
  readonly ownAddresses: () => readonly string[]
}

/** How many more connections this host wants. */
export interface WantedConnections {
  /** Undefined where everybody may know everybody. */
  readonly count: () => number | undefined
  /** Hears when it may be another number. */
  readonly onChange: (listener: () => void) => Cancel
}

export interface Meeting {
  readonly peering: Peering
  readonly wanted: WantedConnections
  /** To be called when there is an inventory: it knows how many hosts there are, and where. */
  know(inventory: Inventory): void
  stop(): void
}

export function startMeeting({ configured, onConfigured, learned, ...deps }: MeetingDeps): Meeting {
  let inventory: Inventory | undefined
  const wantedListeners = new Set<() => void>()
  const keeper = new NeighbourKeeper({
    ...deps,
    hosts: () => inventory?.size ?? 0,
    sample: (count) => (learned && inventory?.sample(count)) || [],
    networkOf,
    looked: () => {
      peering.look()
      for (const listener of [...wantedListeners]) listener()
    },
  })
  const relays = new RelayHints({ ...deps, unconnected: () => inventory?.unconnected() ?? [] })
  const peering: Peering = new Peering({
    ...deps,
    addresses: configured,
    hints: () =>
      learned ? besides(configured(), [...relays.addresses(), ...keeper.addresses(), ...learned.addresses()]) : [],
    wanted: () => keeper.wanted(),
    isAtRest: () => inventory?.unconnected().length === 0,
    dialing: (address) => keeper.dialing(address),
    dialed: (address, peer) => keeper.dialed(address, peer),
  })
  keeper.start()
  peering.start()
  const cancel = onConfigured(() => peering.look())
  return {
    peering,
    wanted: {
      count: () => keeper.wanted(),
      onChange: (listener) => {
        wantedListeners.add(listener)
        return () => wantedListeners.delete(listener)
      },
    },
    know: (known) => {
      inventory = known
      known.onUnconnected(() => keeper.lookSoon())
    },
    stop: () => {
      cancel()
      peering.stop()
      keeper.stop()
    },
  }
}

/** Where others can dial this host; addresses that mean another machine on every machine are left out. */
export function dialableFromElsewhere(addresses: readonly string[]): readonly string[] {
  return addresses.filter((address) => !isLocalAddress(address))
}

/** What is learned and not configured: to dial one host twice at once would make two connections. */
function besides(configured: readonly string[], learned: readonly string[]): readonly string[] {
  const known = new Set(configured)
  return learned.filter((address) => !known.has(address.replace(/\/p2p\/\w+$/, '')))
}
