/** When a host that was found on the local network is dialed. */

/** A host found is not dialed again before this, for its beacons come again and again. */
const redialAfterMs = 15_000
/** If two hosts find each other, one dials at once, and the other only if that has not worked by then. */
const yieldMs = 5_000
/** How many hosts are remembered at once; a network with more is not searched further. */
const rememberedMax = 1_000

/** Whether a host that is found now is to be dialed now; of so many hosts at once. */
export function dialTimes(self: string, hostsMax = rememberedMax): (peer: string, nowMs: number) => boolean {
  const nextMsByPeer = new Map<string, number>()
  return (peer, nowMs) => {
    const known = nextMsByPeer.get(peer)
    if (known === undefined && nextMsByPeer.size >= hostsMax) return false
    const dueMs = known ?? (self < peer ? nowMs : nowMs + yieldMs)
    const isDue = dueMs <= nowMs
    nextMsByPeer.set(peer, isDue ? nowMs + redialAfterMs : dueMs)
    return isDue
  }
}
