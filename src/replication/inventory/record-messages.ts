/** What neighbours ask each other about the records of hosts, and answer. */
import * as z from 'zod'
import type { Clock } from '../../base/index.ts'
import { ask, type PeerId, type Transport } from '../../mesh/index.ts'
import { groupCount } from './haves.ts'
import { signedRecordSchema } from './host-record.ts'
import { forgottenMs, groupsLength, hostsMax, type KeptRecord } from './host-records.ts'

export const recordsProtocol = '/isconf/hosts/1'
/** Every host by its short name and count, or fifty of the longest records. */
export const messageBytesMax = 2 * 1024 * 1024
const answerMs = 10_000
/** How many records one message may have. */
export const recordsMax = 50

const haves = z.array(z.string().max(32)).max(hostsMax)
const givenSchema = z
  .array(z.object({ ...signedRecordSchema.shape, ageMs: z.number().nonnegative().max(forgottenMs) }))
  .max(recordsMax)
export const questionSchema = z.discriminatedUnion('type', [
  /** What has arrived since the last time. */
  z.object({ type: z.literal('news'), have: haves }),
  /** The digests of all groups of records. */
  z.object({ type: z.literal('all'), groups: z.base64().length(groupsLength) }),
  /** Records for the other host, and those that are wanted from it. */
  z.object({ type: z.literal('swap'), give: givenSchema, want: haves.max(recordsMax) }),
])
const answerSchema = z.object({
  /** What is here: what is new since the last time, or what is in the groups that differ. */
  have: haves,
  /** What the other host has and this one lacks. */
  want: haves,
  /** The groups that differ. */
  compared: z.array(z.int().nonnegative().max(groupCount)).max(groupCount),
  give: givenSchema,
})
export type Question = z.infer<typeof questionSchema>
export type Answer = z.infer<typeof answerSchema>
export type Given = z.infer<typeof givenSchema>

export const nothing: Answer = { have: [], want: [], compared: [], give: [] }

/** Asks a neighbour. Rejects if it does not answer. */
export async function askOfRecords(
  { transport, clock }: { readonly transport: Transport; readonly clock: Clock },
  peer: PeerId,
  question: Question,
): Promise<Answer> {
  const options = { timeoutMs: answerMs, clock, answerBytesMax: messageBytesMax }
  return answerSchema.parse(await ask(transport, peer, recordsProtocol, question, options))
}

/** A record as it is given to a neighbour. */
export function given({ signed, saidMs }: KeptRecord, clock: Clock): Given[number] {
  return { ...signed, ageMs: Math.max(0, Math.round(clock.monotonicMs() - saidMs)) }
}
