/** What Peering needs: the network, and the addresses that may be dialed. */
import type { Clock, Log, Random } from '../base/index.ts'
import type { PeerId, Transport } from './transport.ts'

export interface PeeringDeps {
  readonly transport: Transport
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  /** The addresses as they are configured now. */
  addresses(): readonly string[]
  /** More addresses that may be worth a try: dialed only if no configured one has to wait for that. */
  hints?(): readonly string[]
  /** How many more connections are wanted; undefined where every address is to be dialed. Hints come first then. */
  wanted?(): number | undefined
  /** Whether nobody is missing, and Peering's look() is called when an address may be another one. */
  isAtRest?(): boolean
  /** Hears of a dial before anybody can answer. */
  dialing?(address: string): void
  /** Hears the result of a dial: who answered, or undefined. */
  dialed?(address: string, peer: PeerId | undefined): void
}
