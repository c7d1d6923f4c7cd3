/** An address that this host dials, and what came of it. */
import type { Random } from '../base/index.ts'
import type { PeerId } from './transport.ts'

/** How one configured address stands, for status. */
export interface AddressState {
  readonly address: string
  readonly state: 'connected' | 'dialing' | 'waiting' | 'own'
  readonly peer: PeerId | undefined
  /** Whether nobody configured it, because it is where a host was met before. */
  readonly isHint: boolean
  /** Why the last dial failed; undefined when it did not. */
  readonly failure: string | undefined
}

const backoffMsMin = 1_000
const backoffMsMax = 30_000

export interface DialedAddress {
  readonly address: string
  isHint: boolean
  /** Its place in the list of addresses to dial. */
  place: number
  dialing: AbortController | undefined
  nextAtMs: number
  /** When it was last dialed before its turn, because somebody had come. */
  hurriedAtMs: number
  backoffMs: number
  connectedAtMs: number
  peer: PeerId | undefined
  own: boolean
  failure: string | undefined
}

/** One that was not dialed yet, and may be at once. */
export function newAddress(address: string): DialedAddress {
  return {
    address,
    isHint: false,
    place: 0,
    dialing: undefined,
    nextAtMs: Number.NEGATIVE_INFINITY,
    hurriedAtMs: Number.NEGATIVE_INFINITY,
    backoffMs: backoffMsMin,
    connectedAtMs: 0,
    peer: undefined,
    own: false,
    failure: undefined,
  }
}

/**
 * The next dial comes after half to all of the wait, so that hosts that were cut off together do not come back
 * together.
 */
export function backOff(entry: DialedAddress, nowMs: number, random: Random): void {
  entry.nextAtMs = nowMs + entry.backoffMs / 2 + random.below(entry.backoffMs / 2)
  entry.backoffMs = Math.min(backoffMsMax, entry.backoffMs * 2)
}

/** Its connection was a good one: the next wait is short again. */
export function steady(entry: DialedAddress): void {
  entry.backoffMs = backoffMsMin
}

/**
 * Somebody has come, who may be at this address where nobody was: a name, or another interface, does not tell. That is
 * found out soon, so that nobody who is here is called unreached; but not for each of many that come. Whether the next
 * dial is earlier now.
 */
export function hurry(entry: DialedAddress, nowMs: number, random: Random): boolean {
  const { failure, isHint, dialing, hurriedAtMs } = entry
  if (failure === undefined || isHint || dialing !== undefined || nowMs - hurriedAtMs < backoffMsMax) return false
  const soonMs = nowMs + backoffMsMin / 2 + random.below(backoffMsMin / 2)
  if (entry.nextAtMs <= soonMs) return false
  entry.nextAtMs = soonMs
  entry.hurriedAtMs = nowMs
  return true
}
