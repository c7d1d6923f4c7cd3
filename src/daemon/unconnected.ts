/** Whom this host is not connected to, and why, for people. */
import type { StrangerStatus, UnreachedAddress } from '../control/index.ts'
import type { AddressState, ConnectedPeer, Peering, Stranger, Transport } from '../mesh/index.ts'
import type { MeshHere } from './mesh-here.io.ts'

/** What the daemon tells of it. */
export function unconnectedFacts(
  peering: Pick<Peering, 'states'>,
  { transport, strangers }: Pick<MeshHere, 'strangers'> & { readonly transport: Pick<Transport, 'peers'> },
): { readonly unreached: () => readonly UnreachedAddress[]; readonly strangers: () => readonly StrangerStatus[] } {
  return {
    unreached: () => unreachedOf(peering.states(), transport.peers()),
    strangers: () => strangersOf(strangers(), transport.peers()),
  }
}

/** Addresses that were tried in vain. Those where a host was met before count only if this host is alone. */
function unreachedOf(states: readonly AddressState[], peers: readonly ConnectedPeer[]): readonly UnreachedAddress[] {
  // Who is there may have dialed this host, which then does not dial it.
  const isThere = (wanted: string): boolean =>
    peers.some(({ address, dialable }) => [address, ...dialable].some((known) => `${known}/`.startsWith(`${wanted}/`)))
  return states.flatMap(({ address, state, failure, isHint }) => {
    if (failure === undefined || state === 'connected' || (isHint && peers.length > 0) || isThere(address)) return []
    return { address, reason: failure.startsWith(`${address}: `) ? failure.slice(address.length + 2) : failure }
  })
}

/** Hosts that were only heard count only if this host is alone. */
function strangersOf(strangers: readonly Stranger[], peers: readonly ConnectedPeer[]): readonly StrangerStatus[] {
  const told = strangers.filter(({ isOnlyHeard }) => peers.length === 0 || !isOnlyHeard)
  return told.map(({ address, text, time }) => ({ address, text, time }))
}
