/**
 * The conversation of admission: two hosts that already know each other's
 * peer id prove to each other that they belong to the same domain.
 *
 *   dialer                         listener
 *   version, nonce        <->      version, nonce
 *   domain proof, key proof ->
 *                         <-       verdict, domain proof, key proof
 *   verdict               ->
 *
 * The dialer proves first, and the listener sends nothing derived from a key
 * until it has verified that. Every proof covers the role, both peer ids, both
 * nonces and the connection itself, so that it can be neither relayed,
 * reflected nor replayed. A refusal is told, so that neither side is left with
 * half a connection.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { PeerId } from './transport.ts'

/** What a host must show and will accept, from hmac_keys as it is at this moment. */
export interface DomainKeys {
  /** The first key, which proves; undefined when there is none, and then the proof is made with an empty key. */
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
  /**
   * What only the two ends of this one connection know, as TLS's exporter gives it; empty where there is no such thing.
   */
  readonly binding: Uint8Array
  /** Called once the other side's nonce is known, before anything is proved; throws to end the conversation. */
  readonly onNonce?: (nonce: Uint8Array) => void
}

export type Role = 'dialer' | 'listener'
export type RefusalReason = 'other domain' | 'other key' | 'other release'

/** One of the two does not admit the other. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError'
  readonly reason: RefusalReason
  /** Whether it was the other side that refused this one. */
  readonly byOther: boolean

  constructor(reason: RefusalReason, byOther: boolean) {
    super(`${byOther ? 'the other side refused this host' : 'refused'}: ${reason}`)
    this.reason = reason
    this.byOther = byOther
  }
}

export const nonceBytes = 32
const protocolVersion = 2
const proofBytes = 32
const accepted = 0
const reasons = ['other domain', 'other key', 'other release'] as const

/**
 * Resolves when each side has admitted the other, with the key of ours that the other has proved, if any; RefusedError
 * if one has not.
 */
export async function admit(wire: Wire, handshake: Handshake, member: Member): Promise<string | undefined> {
  const theirNonce = await exchangeHello(wire, handshake)
  const keys = member.keys()
  const mine = proofs(handshake.role, handshake, theirNonce, member.domain, keys.proves)
  if (handshake.role === 'dialer') {
    await wire.send(mine)
    await readVerdict(wire)
    const key = await judge(wire, handshake, theirNonce, member.domain, keys)
    await wire.send(Uint8Array.of(accepted))
    return key
  }
  const key = await judge(wire, handshake, theirNonce, member.domain, keys)
  await wire.send(Buffer.concat([Uint8Array.of(accepted), mine]))
  await readVerdict(wire)
  return key
}

async function exchangeHello(wire: Wire, handshake: Handshake): Promise<Uint8Array> {
  await wire.send(Buffer.concat([Uint8Array.of(protocolVersion), handshake.nonce]))
  const hello = await wire.read(1 + nonceBytes)
  const nonce = hello.subarray(1)
  handshake.onNonce?.(nonce)
  if (hello[0] !== protocolVersion) throw new RefusedError('other release', false)
  return nonce
}

async function judge(
  wire: Wire,
  handshake: Handshake,
  theirNonce: Uint8Array,
  domain: string,
  keys: DomainKeys,
): Promise<string | undefined> {
  const shown = await wire.read(2 * proofBytes)
  const judgement = judgementOf(
    shown,
    (key) => proofs(otherRole(handshake.role), handshake, theirNonce, domain, key),
    keys,
  )
  if ('key' in judgement) return judgement.key
  await wire.send(Uint8Array.of(1 + reasons.indexOf(judgement.refusal)))
  throw new RefusedError(judgement.refusal, false)
}

function judgementOf(
  shown: Uint8Array,
  expected: (key: string | undefined) => Uint8Array,
  keys: DomainKeys,
): { readonly key: string | undefined } | { readonly refusal: (typeof reasons)[number] } {
  const [domainProof, keyProof] = [shown.subarray(0, proofBytes), shown.subarray(proofBytes)]
  if (!timingSafeEqual(domainProof, expected(undefined).subarray(0, proofBytes))) return { refusal: 'other domain' }
  // Every one is tried, so that the time taken does not tell which it was.
  const [key] = keys.accepts.filter((one) => timingSafeEqual(keyProof, expected(one).subarray(proofBytes)))
  if (key === undefined && !keys.acceptsAny && keys.accepts.length > 0) return { refusal: 'other key' }
  return { key }
}

async function readVerdict(wire: Wire): Promise<void> {
  const verdict = (await wire.read(1))[0] ?? 0
  if (verdict === accepted) return
  throw new RefusedError(reasons[verdict - 1] ?? 'other release', true)
}

/** The domain proof and the key proof of whoever has `role`, one after the other. */
function proofs(
  role: Role,
  handshake: Handshake,
  theirNonce: Uint8Array,
  domain: string,
  key: string | undefined,
): Uint8Array {
  const mine = { id: handshake.self, nonce: handshake.nonce }
  const theirs = { id: handshake.other, nonce: theirNonce }
  const [dialer, listener] = handshake.role === 'dialer' ? [mine, theirs] : [theirs, mine]
  const prove = (what: string, secret: string): Uint8Array =>
    createHmac('sha256', secret)
      .update(`isconf ${protocolVersion} ${what} ${role}\0${dialer.id}\0${listener.id}\0${domain}\0`)
      .update(dialer.nonce)
      .update(listener.nonce)
      .update(handshake.binding)
      .digest()
  return Buffer.concat([prove('domain', domain), prove('key', key ?? '')])
}

function otherRole(role: Role): Role {
  return role === 'dialer' ? 'listener' : 'dialer'
}
