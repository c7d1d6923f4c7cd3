/**
 * Two hosts with a file of keys each: either proves its first key, and accepts any of its file, and neither shows
 * anything by which a key could be found. For each of its keys a host has a party of CPace on this connection.
 */
import { timingSafeEqual } from 'node:crypto'
import type { Random } from '../base/index.ts'
import type { Party, Said, Session } from './cpace.ts'
import { atOnce, type Effort } from './effort.ts'

export const shareBytes = 32
const proofBytes = 32
const scalarBytes = 32

/** One side's shares, and all that it has said before and with them. */
export interface Shares {
  readonly shares: readonly Uint8Array[]
  readonly data: Uint8Array
}

/** What both have said: CPace's initiator is who dialed. */
export interface Views {
  readonly dialer: Shares
  readonly listener: Shares
}

let loaded: typeof import('./cpace.ts') | undefined

/** Loads what a start can do without: a host of a domain without keys never needs it. */
export async function loadCpace(): Promise<typeof import('./cpace.ts')> {
  loaded ??= await import('./cpace.ts')
  return loaded
}

export class KeyProofs {
  /** One for each key, that of the first key first. */
  readonly shares: readonly Uint8Array[]
  readonly #keys: readonly string[]
  readonly #parties: readonly Party[]
  readonly #role: keyof Views
  readonly #effort: Effort

  private constructor(role: keyof Views, keys: readonly string[], parties: readonly Party[], effort: Effort) {
    this.#role = role
    this.#effort = effort
    this.#keys = keys
    this.#parties = parties
    this.shares = parties.map(({ share }) => share)
  }

  /** Of these keys, the first of which is to be proved, on one connection. */
  static async begin(
    role: keyof Views,
    keys: readonly string[],
    session: Session,
    random: Random,
    effort: Effort,
  ): Promise<KeyProofs> {
    if (keys.length === 0) return new KeyProofs(role, [], [], atOnce)
    const { Party } = await loadCpace()
    const parties = await effort.inTurn(() => keys.map((key) => new Party(key, session, random.bytes(scalarBytes))))
    return new KeyProofs(role, keys, parties, effort)
  }

  /**
   * What proves the first key, once for each key of the other side. For each of these the other side can find out
   * whether it is this one, and no more. Throws when a share is none.
   */
  proofs(views: Views): Uint8Array {
    const [first] = this.#parties
    if (first === undefined) return new Uint8Array(0)
    const theirs = this.#theirs(views).shares
    return this.#effort.count(() => Buffer.concat(theirs.map((share) => this.#proof(first, share, views, 'mine'))))
  }

  /** How many bytes the other side's proofs have. */
  provedBytes(views: Views): number {
    return this.#theirs(views).shares.length === 0 ? 0 : this.#parties.length * proofBytes
  }

  /** The key of ours that the other side's proofs prove; undefined when there is none. Throws when its share is none. */
  proved(proofs: Uint8Array, views: Views): string | undefined {
    const [first] = this.#theirs(views).shares
    if (first === undefined) return undefined
    // Every one is tried, so that the time taken does not tell which it was.
    const isProved = (party: Party, at: number): boolean => {
      const shown = proofs.subarray(at * proofBytes, (at + 1) * proofBytes)
      return timingSafeEqual(shown, this.#proof(party, first, views, 'theirs'))
    }
    const index = this.#effort.count(() => this.#parties.map(isProved)).indexOf(true)
    return this.#keys[index]
  }

  #theirs({ dialer, listener }: Views): Shares {
    return this.#role === 'dialer' ? listener : dialer
  }

  /** That whoever said what is `whose` has the key of this party. */
  #proof(party: Party, theirShare: Uint8Array, { dialer, listener }: Views, whose: 'mine' | 'theirs'): Uint8Array {
    const isDialer = this.#role === 'dialer'
    const said = (role: keyof Views, { data }: Shares): Said => ({
      share: role === this.#role ? party.share : theirShare,
      data,
    })
    const [initiator, responder] = [said('dialer', dialer), said('listener', listener)]
    const sessionKey = party.sessionKey(theirShare, initiator, responder)
    return party.confirmation(sessionKey, (whose === 'mine') === isDialer ? initiator : responder)
  }
}

/** The role is part of it: what one side has said is nothing that the other can say. */
export function sharesOf(role: keyof Views, shares: readonly Uint8Array[], ...said: readonly Uint8Array[]): Shares {
  return { shares, data: Buffer.concat([Buffer.from(`${role}\0`), ...said]) }
}
