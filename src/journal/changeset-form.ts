/** What a changeset says, each member with its bound. */
import * as z from 'zod'
import { branchNameSchema, changesetIdSchema, countSchema, domainNameSchema, timeSchema } from './name-schemas.ts'
import { asWritten, type Operation, recordedOperationSchema } from './operation.ts'

/** Bytes in base64, in the one spelling: the bits after the last byte are zero. */
const base64Of = (bytes: number) =>
  z.base64().refine((text) => isCanonicalBase64(text, bytes), { error: `not ${bytes} bytes in canonical base64` })

/** A user, an `@` and a host, of 256 characters each, have room in it. */
const authorLengthMax = 600
/** The longest lock message, in characters: it is repeated in every changeset. */
export const messageLengthMax = 4096
/** The id of a lock has 32. */
const lockLengthMax = 64

const members = {
  format: z.literal(1),
  domain: domainNameSchema,
  /** The branch it was written on; a fork copies it unchanged. */
  branch: branchNameSchema,
  /** One for the first changeset of a journal. */
  sequence: countSchema.positive(),
  previous: changesetIdSchema,
  /** How many operations stand before it in the journal. */
  operationsBefore: countSchema,
  /** `user@host` */
  author: z.string().min(3).max(authorLengthMax),
  message: z.string().min(1).max(messageLengthMax),
  /** The id of the lock it was written under. */
  lock: z.string().min(1).max(lockLengthMax),
  /** Wall time for people: ISO 8601, UTC. */
  time: timeSchema,
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

/** A line of a journal, as it was read. */
export const lineSchema = z.strictObject({
  changeset: changesetSchema,
  id: changesetIdSchema,
  signature: base64Of(64),
})

export type Changeset = z.infer<z.ZodObject<typeof members>>

function asUnknown(operation: Operation): Operation {
  return { type: 'unknown', written: { ...asWritten(operation) } }
}

function isCanonicalBase64(text: string, bytes: number): boolean {
  const decoded = Buffer.from(text, 'base64')
  return decoded.length === bytes && decoded.toString('base64') === text
}
