/** When a host that was heard on the local network is dialed: anybody can say there whatever they like. */

/** A host found is not dialed again before this, for its beacons come again and again. */
const redialAfterMs = 15_000
/** If two hosts find each other, one dials at once, and the other only if that has not worked by then. */
const yieldMs = 5_000
/** Places remembered at once; on a network that shows more the oldest are forgotten. */
const rememberedMax = 1_000
/** What a host dials at once of all that it hears: more than it wants to know of a network that was switched on. */
const burstMax = 32
/** And then one in this time, so that invented hosts have it dial no more often. */
const everyMs = 500

/** Whether a place that is found now is to be dialed now. `place` is where a peer was heard. */
export function dialTimes(self: string): (peer: string, place: string, nowMs: number) => boolean {
  const nextMsByPlace = new Map<string, number>()
  let spent = 0
  let spentMs = 0
  return (peer, place, nowMs) => {
    const key = `${peer} ${place}`
    // A host with several addresses is heard from each, and whoever says that it is another is found out by a dial.
    const yields = peer < self || [...nextMsByPlace.keys()].some((known) => known.startsWith(peer))
    const dueMs = nextMsByPlace.get(key) ?? (yields ? nowMs + yieldMs : nowMs)
    spent = Math.max(0, spent - (nowMs - spentMs) / everyMs)
    spentMs = nowMs
    const isDue = dueMs <= nowMs && spent <= burstMax - 1
    if (isDue) spent += 1
    nextMsByPlace.delete(key)
    nextMsByPlace.set(key, isDue ? nowMs + redialAfterMs : dueMs)
    const [oldest] = nextMsByPlace.keys()
    if (nextMsByPlace.size > rememberedMax && oldest !== undefined) nextMsByPlace.delete(oldest)
    return isDue
  }
}
