import * as z from 'zod'
import type { Answer } from './answer.ts'
import { timeSchema } from './time.ts'

/** How a host differs from its journal. */
export const deviationAnswerSchema = z.object({
  kind: z
    .enum(['skipped', 'did-void', 'failed', 'undone', 'dropped'])
    .describe(
      '`did-void`: it was done here before it became void; `failed`: a command that was run here and is not recorded, `undone`: taken out of the work and still here, `dropped`: given up with all the work',
    ),
  operation: z.string(),
  text: z.string().describe('the operation in words'),
  by: z.string().describe('who decided it or did it, why it is so, and when'),
  why: z.string(),
  time: timeSchema,
})
export type DeviationAnswer = Answer<typeof deviationAnswerSchema>

/** POST /v1/void takes a DecisionBody. */
export const voidAnswerSchema = z.object({
  operation: z.string(),
  text: z.string(),
  past: z
    .array(z.string())
    .describe(
      'the hosts of the branch, this one among them, that are past it, and those that are before it, as they have told',
    ),
  before: z.array(z.string()),
})
export type VoidAnswer = Answer<typeof voidAnswerSchema>

/** What makes an operation void: the operation that says so, its changeset, and why. */
export const voidedBySchema = z.object({
  by: z.string(),
  author: z.string(),
  why: z.string(),
  time: timeSchema,
})
export type VoidedBy = Answer<typeof voidedBySchema>
