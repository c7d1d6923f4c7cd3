/**
 * A changeset: what one `ci` adds to a branch. Its id is the SHA-256 of its
 * RFC 8785 canonical JSON, its signature an Ed25519 signature by the origin's
 * host key over that id. A line of the journal is the canonical JSON of
 * `{ changeset, id, signature }`, so that all hosts hold the same bytes.
 */
import { createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import * as z from 'zod'
import { type BlobRef, type ChangesetId, IsconfError, noChangeset, sha256Hex } from '../base/index.ts'
import { canonical } from './canonical.ts'
import { branchNameSchema, changesetIdSchema, domainNameSchema } from './name-schemas.ts'
import { refuseNewer } from './newer-format.ts'
import { asWritten, blobOf, type Operation, recordedOperationSchema } from './operation.ts'

/** The longest line of a journal: it is sent and parsed whole. */
export const lineBytesMax = 8 * 1024 * 1024

/** Bytes in base64, in the one spelling: the bits after the last byte are zero. */
const base64Of = (bytes: number) =>
  z.base64().refine((text) => isCanonicalBase64(text, bytes), { error: `not ${bytes} bytes in canonical base64` })

/** Keeps a signature from being valid for anything but a changeset's id. */
const signatureContext = 'isconf changeset v1\n'

const members = {
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
  /** The release that wrote it; absent in what was written before releases said so. */
  release: z.exactOptional(z.string().max(64)),
  /** What says nothing about what is to be done: whoever does not know a member of it passes it over. */
  notes: z.exactOptional(z.record(z.string(), z.json())),
  operations: z.array(recordedOperationSchema).min(1),
}

/** With a member that is not known here, nobody can say what its operations mean: none of them is done. */
const changesetSchema = z.looseObject(members).transform((changeset): Changeset => {
  const isKnown = Object.keys(changeset).every((name) => name in members)
  return isKnown ? changeset : { ...changeset, operations: changeset.operations.map(asUnknown) }
})

const lineSchema = z.strictObject({
  changeset: changesetSchema,
  id: changesetIdSchema,
  signature: base64Of(64),
})

export type Changeset = z.infer<z.ZodObject<typeof members>>

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
  return canonical({ changeset: written(signed.changeset), id: signed.id, signature: signed.signature })
}

/**
 * Reads and checks one line by itself: form, id and signature. `where` names
 * the file and line, or the peer, in the JOURNAL_DAMAGED failure.
 */
export function parseLine(line: string, where: string): SignedChangeset {
  const signed = parseForm(line, where)
  if (toLine(signed) !== line) damaged(where, 'is not in canonical form')
  if (changesetId(signed.changeset) !== signed.id) damaged(where, 'does not have the id it claims')
  if (!hasValidSignature(signed)) damaged(where, `is not signed by the key it names (${signed.changeset.author})`)
  return signed
}

/** The lines that were read, up to the first that can't be, and why that one can't. */
export interface ParsedChain {
  readonly changesets: readonly SignedChangeset[]
  /** JOURNAL_DAMAGED or NEWER_RELEASE, which names from where it came, and the line. */
  readonly failure: IsconfError | undefined
}

/** Reads and checks lines, each by itself, and that each follows the one before: as many as are right. */
export function parseChain(lines: readonly string[], from: string): ParsedChain {
  const changesets: SignedChangeset[] = []
  try {
    for (const [index, line] of lines.entries()) {
      const where = `${from}: line ${index + 1} of ${lines.length}`
      const signed = parseLine(line, where)
      if (index > 0 && signed.changeset.previous !== changesets.at(-1)?.id) {
        damaged(where, 'does not follow the one before')
      }
      changesets.push(signed)
    }
  } catch (thrown) {
    if (!(thrown instanceof IsconfError)) throw thrown
    return { changesets, failure: thrown }
  }
  return { changesets, failure: undefined }
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
    refuseNewer(value, where)
    const issue = parsed.error.issues[0]
    return damaged(where, `has no valid ${issue?.path.join('.') || 'form'}: ${issue?.message ?? ''}`)
  }
  return parsed.data
}

function asUnknown(operation: Operation): Operation {
  return { type: 'unknown', written: { ...asWritten(operation) } }
}

/** As its origin wrote it. */
function written(changeset: Changeset): object {
  return { ...changeset, operations: changeset.operations.map(asWritten) }
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
  return sha256Hex(canonical(written(changeset))) as ChangesetId
}

function damaged(where: string, what: string): never {
  throw new IsconfError('JOURNAL_DAMAGED', `${where}: the changeset ${what}`)
}
