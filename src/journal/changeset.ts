/**
 * A changeset: what one `ci` adds to a branch. Its id is the SHA-256 of its
 * RFC 8785 canonical JSON, its signature an Ed25519 signature by the origin's
 * host key over that id. A line of the journal is the canonical JSON of
 * `{ changeset, id, signature }`, so that all hosts hold the same bytes.
 */
import { createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import { type AskedBy, type BlobRef, type ChangesetId, IsconfError, noChangeset, sha256Hex } from '../base/index.ts'
import { askedBySchema } from './asked-by-schema.ts'
import { canonical } from './canonical.ts'
import { type Changeset, lineSchema } from './changeset-form.ts'
import { isNestedDeeply } from './nesting.ts'
import { refuseNewer } from './newer-format.ts'
import { asWritten, blobOf } from './operation.ts'

/** The longest line of a journal: it is sent and parsed whole. */
export const lineBytesMax = 8 * 1024 * 1024

/** Keeps a signature from being valid for anything but a changeset's id. */
const signatureContext = 'isconf changeset v1\n'

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
  if (!isCanonicalLine(signed, line)) damaged(where, 'is not in canonical form')
  if (idInLine(line) !== signed.id) damaged(where, 'does not have the id it claims')
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

/** Who checked it in, as the kernel of its origin says; undefined where that is not told, or in a form of other releases. */
export function askedByOf({ notes }: Pick<Changeset, 'notes'>): AskedBy | undefined {
  return askedBySchema.safeParse(notes?.['askedBy']).data
}

/** The blobs that a changeset's operations name. */
export function blobsOf({ changeset }: SignedChangeset): readonly BlobRef[] {
  return changeset.operations.flatMap((operation) => blobOf(operation) ?? [])
}

/** The raw Ed25519 public key of a key, in base64, as a changeset names it. Takes either half. */
export function publicKeyText(key: KeyObject): string {
  const spki = (key.type === 'private' ? createPublicKey(key) : key).export({ type: 'spki', format: 'der' })
  return spki.subarray(spki.length - 32).toString('base64')
}

function parseForm(line: string, where: string): SignedChangeset {
  if (isNestedDeeply(line)) return damaged(where, 'is nested too deeply')
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

/** As its origin wrote it. */
function written(changeset: Changeset): object {
  return { ...changeset, operations: changeset.operations.map(asWritten) }
}

/** Half a surrogate pair has no canonical form. */
function isCanonicalLine(signed: SignedChangeset, line: string): boolean {
  try {
    return toLine(signed) === line
  } catch {
    return false
  }
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

/** That of the changeset in a line of canonical form, which holds the changeset's own canonical form. */
function idInLine(line: string): ChangesetId {
  const tail = line.lastIndexOf(',"id":"')
  return sha256Hex(line.slice('{"changeset":'.length, tail)) as ChangesetId
}

function damaged(where: string, what: string): never {
  throw new IsconfError('JOURNAL_DAMAGED', `${where}: the changeset ${what}`)
}
