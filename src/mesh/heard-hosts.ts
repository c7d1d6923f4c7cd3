/** Dials the hosts of the domain that are heard on the local network, when it is time. */
import { type Clock, endIfBroken, type Log } from '../base/index.ts'
import { addressText } from './address.ts'
import { DialTimes } from './dial-times.ts'
import { RefusedError } from './refused-error.ts'
import type { PeerId, Transport } from './transport.ts'

export interface HeardHostsDeps {
  readonly transport: Pick<Transport, 'self' | 'peers' | 'dial'>
  /** How many more connections are wanted; undefined where everybody may know everybody. */
  readonly wanted?: (() => number | undefined) | undefined
  readonly clock: Clock
  readonly log: Log
}

export class HeardHosts {
  readonly #deps: HeardHostsDeps
  readonly #times: DialTimes

  constructor(deps: HeardHostsDeps) {
    this.#deps = deps
    this.#times = new DialTimes(deps.transport.self)
  }

  /** A host of the domain says that it listens there. */
  heard(peer: PeerId, ip: string, port: number): void {
    const { transport, wanted, clock, log } = this.#deps
    if (transport.peers().some(({ id }) => id === peer) || wanted?.() === 0) return
    const place = `${ip} ${port}`
    if (!this.#times.isDue(peer, place, clock.monotonicMs())) return
    transport.dial(addressText(ip, port, peer)).catch((error) => {
      endIfBroken(error)
      if (isRefusal(error)) this.#times.refused(peer, place, clock.monotonicMs())
      log.debug({ peer, error: String(error) }, 'a host of the local network was not reached')
    })
  }

  /** Somebody says at another machine's address that it is this host: dialing it shows who. */
  heardSelf(ip: string, port: number): void {
    const { transport, clock } = this.#deps
    if (!this.#times.isDue(transport.self, `${ip} ${port}`, clock.monotonicMs())) return
    // Whoever is there; at admission both learn what is the matter.
    transport.dial(addressText(ip, port)).catch(endIfBroken)
  }

  /** This host's keys are others: whoever was refused is dialed when it is heard next. */
  keysChanged(): void {
    this.#times.forgetRefusals()
  }
}

/** Whether one of the two does not admit the other, which a dial soon after does not change. */
function isRefusal(error: Error): boolean {
  return error instanceof RefusedError || error.cause instanceof RefusedError
}
