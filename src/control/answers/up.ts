import * as z from 'zod'
import type { Answer } from './answer.ts'
import { holdAnswerSchema } from './hold.ts'

/** What another host has of the branch and could not be fetched. */
export const unfetchedAnswerSchema = z.object({
  host: z.string(),
  head: z.string(),
  changesets: z.int().describe('up to and with that head'),
  reason: z.string(),
  text: z.string().describe('all of it in a sentence'),
})
export type UnfetchedAnswer = Answer<typeof unfetchedAnswerSchema>

export const upAnswerSchema = z.object({
  branch: z.string(),
  done: z.int().describe('operations done by this call'),
  passedOver: z
    .int()
    .exactOptional()
    .describe('operations that are void, and were passed over; absent from older daemons'),
  position: z.int().describe('operations done in all, or passed'),
  left: z.int().describe('operations still to do'),
  rebooting: z.string().nullable().describe('the operation for which the host reboots now; null when it does not'),
  unfetched: z
    .array(unfetchedAnswerSchema)
    .exactOptional()
    .describe('what is known to be there and was not to be had; absent from older daemons'),
  differing: z
    .int()
    .exactOptional()
    .describe('in how many operations this host differs from its journal; absent from older daemons'),
})
export type UpAnswer = Answer<typeof upAnswerSchema>

/** GET /v1/plan: what `up` would do. */
export const planAnswerSchema = z.object({
  branch: z.string(),
  position: z.int().describe('operations done so far'),
  total: z.int().describe('operations of the branch'),
  operations: z.array(
    z.object({
      name: z.string(),
      text: z.string(),
      number: z.int().describe('its place in the whole journal; the first is 1'),
      sizeBytes: z.int().nullable().describe('of its file; null when it has none'),
      here: z
        .boolean()
        .nullable()
        .describe(
          'whether the file is here, or would have to be fetched from another host first; null when it has none',
        ),
      void: z.boolean().describe('it is void, and would be passed over'),
    }),
  ),
  obstacles: z
    .array(
      z.object({
        operation: z.string(),
        path: z.string(),
        reason: z.string(),
        stopsBefore: z
          .string()
          .describe('the first operation that would not be done: of a directory all or nothing is'),
        certain: z
          .boolean()
          .describe('false of what comes after a command or a reboot, which may change what was seen'),
      }),
    )
    .exactOptional()
    .describe('what is seen to stop `up` at one of them; absent from older daemons'),
  asides: z
    .array(z.string())
    .exactOptional()
    .describe('what plain users have put in the way, and would be moved aside, in words; absent from older daemons'),
  stop: z
    .object({
      reason: z.enum(['reboot', 'reboot-needed', 'split', 'limit', 'unknown']),
      operation: z.string().nullable(),
    })
    .nullable()
    .describe(
      'why it would stop before the end of the journal, and which operation that is about: the reboot it would do (`reboot`) or may not do (`reboot-needed`), the first one that would be left (`limit`, `split`), null where this host has done all of its own line of a split, or the one that only a later release of isconf can do (`unknown`)',
    ),
  holds: z
    .array(holdAnswerSchema)
    .exactOptional()
    .describe('who holds this host, or its branch: `up` would do nothing of all this; absent from older daemons'),
  unfetched: z.array(unfetchedAnswerSchema).exactOptional().describe('as of `up`'),
  alone: z
    .string()
    .exactOptional()
    .describe('that no other host could be asked for more, in words; absent where one could, and from older daemons'),
})
export type PlanAnswer = Answer<typeof planAnswerSchema>
