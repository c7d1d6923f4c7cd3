/** An address that this host dials, and what came of it. */
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

export const backoffMsMin = 1_000

export interface DialedAddress {
  readonly address: string
  isHint: boolean
  /** Its place in the list of addresses to dial. */
  place: number
  dialing: AbortController | undefined
  nextAtMs: number
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
    backoffMs: backoffMsMin,
    connectedAtMs: 0,
    peer: undefined,
    own: false,
    failure: undefined,
  }
}
