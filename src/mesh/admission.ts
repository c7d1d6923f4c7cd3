/**
 * The conversation of admission: two hosts that already know each other's
 * peer id prove to each other that they belong to the same domain.
 *
 *   dialer                           listener
 *   version, nonce           ->
 *                           <-       version, nonce, shares
 *   domain proof, shares,
 *   key proofs               ->
 *                           <-       verdict, domain proof, key proofs
 *   verdict                  ->
 *
 * Keys are proved by CPace: nothing that either side sends helps who does not
 * have the key to find it, but for one guess a share. The dialer proves first.
 * Every proof covers the role, both peer ids, both nonces and the connection
 * itself, so that it can be neither relayed, reflected nor replayed. A refusal
 * is told, so that neither side is left with half a connection.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Random } from '../base/index.ts'
import { hmacKeysMax } from '../config/index.ts'
import { atOnce, type Effort } from './effort.ts'
import { KeyProofs, shareBytes, sharesOf, type Views } from './key-proofs.ts'
import { type RefusalReason, RefusedError } from './refused-error.ts'
import type { PeerId } from './transport.ts'

/** What a host must show and will accept, from hmac_keys as it is at this moment. */
export interface DomainKeys {
  /** The first key, which is proved; undefined when there is none. */
  readonly proves: string | undefined
  /** Every key that is accepted; if there are none, every member of the domain is. */
  readonly accepts: readonly string[]
  /** +ANY+: whatever key the other side shows, or none, is accepted. */
  readonly acceptsAny: boolean
}

/** Who a host claims to be on the mesh. */
export interface Member {
  readonly domain: string
  /** Read at each handshake, so that a rotation needs no restart. */
  keys(): DomainKeys
}

/** The keys of a host without hmac_keys: whoever knows the domain's name is a member. */
export const noKeys: DomainKeys = { proves: undefined, accepts: [], acceptsAny: false }

/** Bytes to and from the other side, inside the encrypted channel. Both reject when it is gone or took too long. */
export interface Wire {
  send(bytes: Uint8Array): Promise<void>
  read(length: number): Promise<Uint8Array>
}

export interface Handshake {
  readonly role: Role
  readonly self: PeerId
  readonly other: PeerId
  readonly nonce: Uint8Array
  /** For what is secret of this one connection. */
  readonly random: Random
  /**
   * What only the two ends of this one connection know, as TLS's exporter gives it; empty where there is no such thing.
   */
  readonly binding: Uint8Array
  /** How the work is done that keys cost; at once when absent. */
  readonly effort?: Effort | undefined
  /** Called once the other side's nonce is known, before anything is proved; throws to end the conversation. */
  readonly onNonce?: (nonce: Uint8Array) => void
}

export type Role = 'dialer' | 'listener'
export const nonceBytes = 32
const protocolVersion = 3
const domainProofBytes = 32
const accepted = 0
const reasons = ['other domain', 'other key', 'other release'] as const

/**
 * Resolves when each side has admitted the other, with the key of ours that the other has proved, if any; RefusedError
 * if one has not.
 */
export function admit(wire: Wire, handshake: Handshake, member: Member): Promise<string | undefined> {
  const admission = new Admission(wire, handshake, member)
  return handshake.role === 'dialer' ? admission.asDialer() : admission.asListener()
}

class Admission {
  readonly #wire: Wire
  readonly #handshake: Handshake
  readonly #domain: string
  readonly #keys: DomainKeys

  constructor(wire: Wire, handshake: Handshake, { domain, keys }: Member) {
    this.#wire = wire
    this.#handshake = handshake
    this.#domain = domain
    this.#keys = keys()
  }

  async asDialer(): Promise<string | undefined> {
    const mine = this.#hello()
    await this.#wire.send(mine)
    const theirs = await this.#readHello()
    const offered = await this.#readShares()
    // Where nothing is asked of it, a host need not prove anything.
    const proofs = await this.#begin(offered.shares.length === 0 ? [] : keysOf(this.#keys))
    const domainProof = this.#domainProof('dialer', theirs)
    const shown = Buffer.concat([domainProof, packed(proofs.shares)])
    const views = {
      dialer: sharesOf('dialer', proofs.shares, mine, shown),
      listener: sharesOf('listener', offered.shares, theirs, offered.bytes),
    }
    await this.#wire.send(Buffer.concat([shown, proofs.proofs(views)]))
    await this.#readVerdict()
    const key = await this.#judge(await this.#wire.read(domainProofBytes), theirs, proofs, views)
    await this.#wire.send(Uint8Array.of(accepted))
    return key
  }

  async asListener(): Promise<string | undefined> {
    const mine = this.#hello()
    // At once, so that a host of another release, or this one itself, knows with whom it speaks.
    await this.#wire.send(mine)
    const theirs = await this.#readHello()
    const proofs = await this.#begin(keysOf(this.#keys))
    const shown = packed(proofs.shares)
    await this.#wire.send(shown)
    const domainProof = await this.#wire.read(domainProofBytes)
    const offered = await this.#readShares()
    const views = {
      dialer: sharesOf('dialer', offered.shares, theirs, domainProof, offered.bytes),
      listener: sharesOf('listener', proofs.shares, mine, shown),
    }
    const key = await this.#judge(domainProof, theirs, proofs, views)
    await this.#wire.send(
      Buffer.concat([Uint8Array.of(accepted), this.#domainProof('listener', theirs), proofs.proofs(views)]),
    )
    await this.#readVerdict()
    return key
  }

  #hello(): Uint8Array {
    return Buffer.concat([Uint8Array.of(protocolVersion), this.#handshake.nonce])
  }

  /** So much is the same in every version. */
  async #readHello(): Promise<Uint8Array> {
    const hello = await this.#wire.read(1 + nonceBytes)
    this.#handshake.onNonce?.(hello.subarray(1))
    if (hello[0] !== protocolVersion) throw new RefusedError('other release', false)
    return hello
  }

  async #readShares(): Promise<{ readonly bytes: Uint8Array; readonly shares: readonly Uint8Array[] }> {
    const [count = 0] = await this.#wire.read(1)
    if (count > hmacKeysMax) throw new Error('the other side shows more keys than a host may have')
    const bytes = await this.#wire.read(count * shareBytes)
    const shares = Array.from({ length: count }, (_, at) => bytes.subarray(at * shareBytes, (at + 1) * shareBytes))
    return { bytes: packed(shares), shares }
  }

  #begin(keys: readonly string[]): Promise<KeyProofs> {
    const { role, binding, random, effort = atOnce } = this.#handshake
    const channel = Buffer.from(`isconf ${protocolVersion} key\0${this.#names()}`)
    return KeyProofs.begin(role, keys, { sid: binding, channel }, random, effort)
  }

  /** Reads and checks what the other side proves; refuses it, and says so, when that is not enough. */
  async #judge(
    domainProof: Uint8Array,
    theirs: Uint8Array,
    proofs: KeyProofs,
    views: Views,
  ): Promise<string | undefined> {
    const shown = await this.#wire.read(proofs.provedBytes(views))
    const prover = this.#handshake.role === 'dialer' ? 'listener' : 'dialer'
    if (!timingSafeEqual(domainProof, this.#domainProof(prover, theirs))) return this.#refuse('other domain')
    const key = proofs.proved(shown, views)
    const { accepts, acceptsAny } = this.#keys
    if (key === undefined && !acceptsAny && accepts.length > 0) return this.#refuse('other key')
    return key
  }

  async #refuse(reason: RefusalReason): Promise<never> {
    await this.#wire.send(Uint8Array.of(1 + reasons.indexOf(reason)))
    throw new RefusedError(reason, false)
  }

  async #readVerdict(): Promise<void> {
    const verdict = (await this.#wire.read(1))[0] ?? 0
    if (verdict === accepted) return
    throw new RefusedError(reasons[verdict - 1] ?? 'other release', true)
  }

  /** That whoever has `role` knows the domain's name, which is no secret but where there is no key. */
  #domainProof(role: Role, theirHello: Uint8Array): Uint8Array {
    const { role: own, nonce, binding } = this.#handshake
    const theirNonce = theirHello.subarray(1)
    const nonces = own === 'dialer' ? [nonce, theirNonce] : [theirNonce, nonce]
    return createHmac('sha256', this.#domain)
      .update(`isconf ${protocolVersion} domain ${role}\0${this.#names()}\0`)
      .update(Buffer.concat([...nonces, binding]))
      .digest()
  }

  #names(): string {
    const { role, self, other } = this.#handshake
    return [...(role === 'dialer' ? [self, other] : [other, self]), this.#domain].join('\0')
  }
}

/** The one that is proved first. */
function keysOf({ proves, accepts }: DomainKeys): readonly string[] {
  return proves === undefined ? accepts : [proves, ...accepts.filter((key) => key !== proves)]
}

function packed(shares: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat([Uint8Array.of(shares.length), ...shares])
}
