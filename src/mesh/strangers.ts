/**
 * Who was not admitted lately, and why, as far as this host can know: for a person who wonders why it is alone.
 *
 * Anybody who can reach the port or say something on the local network gets in here, so few are kept, and not for long.
 */
import { type Clock, isoTime, unreachable } from '../base/index.ts'
import { parseAddress } from './address.ts'
import type { RefusedError } from './refused-error.ts'

export interface Stranger {
  /** Its IP address. */
  readonly address: string
  /** In a sentence that has the host as its subject. */
  readonly text: string
  /** When it was met last, for people. */
  readonly time: string
  /** It was only heard on the local network; if several domains share one, that is normal. */
  readonly isOnlyHeard: boolean
}

const keptMax = 20
/** Longer than a host that is alone waits between two attempts, and than a host in company between two beacons. */
const keptMs = 5 * 60_000

export class Strangers {
  readonly #clock: Clock
  readonly #onNote: () => void
  readonly #byAddress = new Map<string, Stranger & { readonly atMs: number }>()

  /** `onNote` hears that there is something new to tell. */
  constructor(clock: Clock, onNote: () => void = () => undefined) {
    this.#clock = clock
    this.#onNote = onNote
  }

  /** One of the two has refused the other at admission. */
  refused(address: string, { reason, byOther }: RefusedError): void {
    this.#note(address, textOf(reason, byOther), false)
  }

  /** It has said on the local network that it is there, but to another domain. */
  heard(address: string): void {
    const ip = ipOf(address)
    // What admission has found out is more certain.
    if (this.#byAddress.get(ip)?.isOnlyHeard !== false) this.#note(ip, textOf('other domain', false), true)
  }

  /** It was admitted after all. */
  forget(address: string): void {
    this.#byAddress.delete(ipOf(address))
  }

  /** Those of the last minutes, the newest first. */
  all(): readonly Stranger[] {
    const sinceMs = this.#clock.monotonicMs() - keptMs
    const lately = [...this.#byAddress.values()].filter(({ atMs }) => atMs >= sinceMs)
    return lately.reverse().map(({ atMs: _, ...stranger }) => stranger)
  }

  #note(address: string, text: string, isOnlyHeard: boolean): void {
    const ip = ipOf(address)
    const [time, atMs] = [isoTime(this.#clock), this.#clock.monotonicMs()]
    this.#byAddress.delete(ip)
    this.#byAddress.set(ip, { address: ip, text, time, isOnlyHeard, atMs })
    const [oldest] = this.#byAddress.keys()
    if (this.#byAddress.size > keptMax && oldest !== undefined) this.#byAddress.delete(oldest)
    this.#onNote()
  }
}

/** Of an address of the mesh, whose port is another one each time that somebody dials; an IP address as it stands. */
function ipOf(address: string): string {
  return parseAddress(address)?.host ?? address
}

function textOf(reason: RefusedError['reason'], byOther: boolean): string {
  switch (reason) {
    case 'other domain':
      return 'is of another domain than this host'
    case 'other key':
      return byOther
        ? 'does not accept the key that this host shows, the first of its hmac_keys'
        : 'shows no key that is in the hmac_keys of this host'
    case 'other release':
      return 'speaks another protocol: its release of isconf does not go with this one'
    default:
      return unreachable(reason)
  }
}
