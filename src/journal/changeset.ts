/**
 * A changeset: what one `ci` adds to a branch. Its id is the SHA-256 of its
 * RFC 8785 canonical JSON, its signature an Ed25519 signature by the origin's
 * host key over that id. A line of the journal is the canonical JSON of
 * `{ changeset, id, signature }`, so that all hosts hold the same bytes.
 */
import { createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import canonicalize from 'canonicalize'
import * as z from 'zod'
import { type BlobRef, type ChangesetId, IsconfError, invariant, noChangeset, sha256Hex } from '../base/index.ts'
import { branchNameSchema, changesetIdSchema, domainNameSchema } from './name-schemas.ts'
import { blobOf, operationSchema } from './operation.ts'

/** The longest line of a journal: it is sent and parsed whole. */
export const lineBytesMax = 8 * 1024 * 1024

/** Bytes in base64, in the one spelling: the bits after the last byte are zero. */
const base64Of = (bytes: number) =>
  z.base64().refine((text) => isCanonicalBase64(text, bytes), { error: `not ${bytes} bytes in canonical base64` })

/** Keeps a signature from being valid for anything but a changeset's id. */
const signatureContext = 'isconf changeset v1\n'

const changesetSchema = z.strictObject({
  format: z.literal(1),
  domain: domainNameSchema,
  /** The branch it was written on; a fork copies it unchanged. */
  branch: branchNameSchema,
  /** One for the first changeset of a journal. */
  sequence: z.int().positive(),
  previous: changesetIdSchema,
  /** How many operations stand before it in the journal. */
  operationsBefore: z.int().nonnegative(),
  /** `user@host` */
  author: z.string().min(3),
  message: z.string().min(1),
  /** The id of the lock it was written under. */
  lock: z.string().min(1),
  /** Wall time for people: ISO 8601, UTC. */
  time: z.iso.datetime(),
  /** The origin's Ed25519 public key: 32 bytes in base64. */
  key: base64Of(32),
  operations: z.array(operationSchema).min(1),
})

const lineSchema = z.strictObject({
  changeset: changesetSchema,
  id: changesetIdSchema,
  signature: base64Of(64),
})

export type Changeset = z.infer<typeof changesetSchema>

/** A changeset with its id and signature, both checked. */
export interface SignedChangeset {
  readonly id: ChangesetId
  readonly signature: string
  readonly changeset: Changeset
}

/** Where a changeset stands, as far as the next one must agree with it. */
export interface Place {
  readonly id: ChangesetId
  readonly sequence: number
  /** Operations up to and with this changeset. */
  readonly operationsAfter: number
}

/** Where a journal begins. */
export const start: Place = { id: noChangeset, sequence: 0, operationsAfter: 0 }

/** Gives a changeset its id and signs it. */
export function signChangeset(changeset: Changeset, key: KeyObject): SignedChangeset {
  const id = changesetId(changeset)
  return { id, signature: sign(null, signedBytes(id), key).toString('base64'), changeset }
}

/** The line of the journal, without its newline. */
export function toLine(signed: SignedChangeset): string {
  return canonical({ changeset: signed.changeset, id: signed.id, signature: signed.signature })
}

/**
 * Reads and checks one line by itself: form, id and signature. `where` names
 * the file and line, or the peer, in the JOURNAL_DAMAGED failure.
 */
export function parseLine(line: string, where: string): SignedChangeset {
  const signed = parseForm(line, where)
  if (canonical(signed) !== line) damaged(where, 'is not in canonical form')
  if (changesetId(signed.changeset) !== signed.id) damaged(where, 'does not have the id it claims')
  if (!hasValidSignature(signed)) damaged(where, `is not signed by the key it names (${signed.changeset.author})`)
  return signed
}

/** Reads and checks lines, each by itself, and that each follows the one before. JOURNAL_DAMAGED names `from` and the line. */
export function parseChain(lines: readonly string[], from: string): readonly SignedChangeset[] {
  const where = (index: number): string => `${from}: line ${index + 1} of ${lines.length}`
  const changesets = lines.map((line, index) => parseLine(line, where(index)))
  for (const [index, { changeset }] of changesets.entries()) {
    if (index > 0 && changeset.previous !== changesets[index - 1]?.id) {
      damaged(where(index), 'does not follow the one before')
    }
  }
  return changesets
}

/** Checks that `next` follows `place` in the journal of `domain`. OTHER_DOMAIN and JOURNAL_DAMAGED otherwise. */
export function checkFollows(place: Place, next: SignedChangeset, domain: string, where: string): Place {
  const { changeset } = next
  if (changeset.domain !== domain) {
    throw new IsconfError('OTHER_DOMAIN', `${where}: the changeset is of domain ${changeset.domain}, not ${domain}`)
  }
  if (changeset.previous !== place.id) damaged(where, 'does not follow the one before')
  if (changeset.sequence !== place.sequence + 1) damaged(where, `has sequence number ${changeset.sequence}`)
  if (changeset.operationsBefore !== place.operationsAfter) damaged(where, 'miscounts the operations before it')
  return placeOf(next)
}

/** Where a checked changeset stands. */
export function placeOf(signed: SignedChangeset): Place {
  const { sequence, operationsBefore, operations } = signed.changeset
  return { id: signed.id, sequence, operationsAfter: operationsBefore + operations.length }
}

/** The blobs that a changeset's operations name. */
export function blobsOf({ changeset }: SignedChangeset): readonly BlobRef[] {
  return changeset.operations.flatMap((operation) => blobOf(operation) ?? [])
}

/** The raw Ed25519 public key of a key, in base64, as a changeset names it. */
export function publicKeyText(key: KeyObject): string {
  const spki = createPublicKey(key).export({ type: 'spki', format: 'der' })
  return spki.subarray(spki.length - 32).toString('base64')
}

function parseForm(line: string, where: string): SignedChangeset {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return damaged(where, 'is not JSON')
  }
  const parsed = lineSchema.safeParse(value)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    return damaged(where, `has no valid ${issue?.path.join('.') || 'form'}: ${issue?.message ?? ''}`)
  }
  return parsed.data
}

function isCanonicalBase64(text: string, bytes: number): boolean {
  const decoded = Buffer.from(text, 'base64')
  return decoded.length === bytes && decoded.toString('base64') === text
}

function hasValidSignature(signed: SignedChangeset): boolean {
  const x = Buffer.from(signed.changeset.key, 'base64').toString('base64url')
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
  return verify(null, signedBytes(signed.id), key, Buffer.from(signed.signature, 'base64'))
}

function signedBytes(id: ChangesetId): Buffer {
  return Buffer.from(signatureContext + id)
}

function changesetId(changeset: Changeset): ChangesetId {
  return sha256Hex(canonical(changeset)) as ChangesetId
}

function canonical(value: object): string {
  const text = canonicalize(value)
  invariant(text !== undefined, 'a changeset has a canonical form')
  return text
}

function damaged(where: string, what: string): never {
  throw new IsconfError('JOURNAL_DAMAGED', `${where}: the changeset ${what}`)
}
