/**
 * CPace, by which two sides find out whether they know the same secret, and whoever does not know it learns nothing by
 * which it could try secrets by itself: CPACE-X25519-SHA512 of draft-irtf-cfrg-cpace-21, with an initiator and a
 * responder, and the confirmation that the draft recommends. The names are the draft's.
 *
 * X25519 and the hashes are OpenSSL's, the arithmetic of the field is @noble/curves'; loaded when a host first has a key to
 * prove or to ask for.
 */
import { createHash, createHmac, createPrivateKey, createPublicKey, diffieHellman, type KeyObject } from 'node:crypto'
import { Field, FpIsSquare } from '@noble/curves/abstract/modular.js'

/** What both sides know of a run before it begins: what is public and of this run alone, and who it is between. */
export interface Session {
  readonly sid: Uint8Array
  readonly channel: Uint8Array
}

/** What one side has said: its share, and what it said with it. */
export interface Said {
  readonly share: Uint8Array
  readonly data: Uint8Array
}

const dsi = 'CPace255'
const hashBlockBytes = 128
const fieldBytes = 32
const field = Field(2n ** 255n - 19n)
/** Of Curve25519, v² = u³ + Au² + u. */
const curveA = 486_662n
/** What DER has before the 32 bytes of an X25519 key (RFC 8410). */
const privateHead = Buffer.from('302e020100300506032b656e04220420', 'hex')
const publicHead = Buffer.from('302a300506032b656e032100', 'hex')

/** One side of a run with one secret; `scalar` is 32 random bytes that are used for nothing else. */
export class Party {
  /** What the other side is told. */
  readonly share: Uint8Array
  readonly #session: Session
  readonly #scalar: KeyObject

  constructor(secret: string, session: Session, scalar: Uint8Array) {
    this.#session = session
    this.#scalar = createPrivateKey({ key: Buffer.concat([privateHead, scalar]), format: 'der', type: 'pkcs8' })
    this.share = scalarMult(this.#scalar, generator(secret, session))
  }

  /**
   * ISK: the same at both sides exactly if both know the same secret, and have the same view of the session and of what
   * was said. `theirs` is one of the two shares. Throws when it is one that gives the same result whatever the secret.
   */
  sessionKey(theirs: Uint8Array, initiator: Said, responder: Said): Uint8Array {
    const shared = scalarMult(this.#scalar, theirs)
    return sha512(
      joined(Buffer.from(`${dsi}_ISK`), this.#session.sid, shared),
      joined(initiator.share, initiator.data),
      joined(responder.share, responder.data),
    )
  }

  /** What shows that whoever said this knows the session key. */
  confirmation(sessionKey: Uint8Array, { share, data }: Said): Uint8Array {
    const macKey = sha512(Buffer.from('CPaceMac'), this.#session.sid, sessionKey)
    return createHmac('sha256', macKey).update(joined(share, data)).digest()
  }
}

/** The u coordinate from which both sides start. */
export function generator(secret: string, { sid, channel }: Session): Uint8Array {
  const prs = Buffer.from(secret)
  const padded = hashBlockBytes - 1 - joined(prs).length - joined(Buffer.from(dsi)).length
  const hashed = sha512(joined(Buffer.from(dsi), prs, new Uint8Array(Math.max(0, padded)), channel, sid))
  return encoded(elligator2(decoded(hashed.subarray(0, fieldBytes))))
}

/** X25519; throws for a point of low order, whose result would say nothing of the scalar. */
export function scalarMult(scalar: KeyObject, u: Uint8Array): Uint8Array {
  const key = Buffer.concat([publicHead, u])
  const point = createPublicKey({ key, format: 'der', type: 'spki' })
  try {
    return diffieHellman({ privateKey: scalar, publicKey: point })
  } catch (error) {
    throw new Error('the other side shows a point of low order, which no host sends', { cause: error })
  }
}

/** The u coordinate of a point of the curve, for any element of the field: the map of RFC 9380, as the draft has it. */
function elligator2(r: bigint): bigint {
  const v = field.neg(field.div(curveA, field.add(field.ONE, field.mul(2n, field.sqr(r)))))
  const isOnCurve = FpIsSquare(field, field.mul(v, field.add(field.mul(v, field.add(v, curveA)), field.ONE)))
  return isOnCurve ? v : field.neg(field.add(v, curveA))
}

/** Little-endian; the highest bit does not count, as in RFC 7748. */
function decoded(bytes: Uint8Array): bigint {
  return field.create(BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`) & (2n ** 255n - 1n))
}

function encoded(u: bigint): Uint8Array {
  return Buffer.from(u.toString(16).padStart(2 * fieldBytes, '0'), 'hex').reverse()
}

/** lv_cat: each part after its length in LEB128. */
function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(parts.flatMap((part) => [lengthOf(part), part]))
}

function lengthOf({ length }: Uint8Array): Uint8Array {
  const bytes: number[] = []
  let rest = length
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128)
  return Uint8Array.of(...bytes, rest)
}

function sha512(...parts: readonly Uint8Array[]): Uint8Array {
  const hash = createHash('sha512')
  for (const part of parts) hash.update(part)
  return hash.digest()
}
