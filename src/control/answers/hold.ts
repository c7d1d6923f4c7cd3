import * as z from 'zod'
import type { Answer } from './answer.ts'
import { timeSchema } from './time.ts'

/** POST /v1/hold-branch */
export const branchHoldAnswerSchema = z.object({
  branch: z.string(),
  why: z.string().describe("the lock's message where no reason was given"),
})
export type BranchHoldAnswer = Answer<typeof branchHoldAnswerSchema>

/** POST /v1/release-branch */
export const branchReleaseAnswerSchema = z.object({
  branch: z.string(),
  was: z.string().describe('who held it, in words'),
})
export type BranchReleaseAnswer = Answer<typeof branchReleaseAnswerSchema>

/** A hold, because of which `up` does nothing. */
export const holdAnswerSchema = z.object({
  scope: z.enum(['host', 'branch']),
  name: z.string().describe('of the host or the branch'),
  by: z.string().describe('`user@host` of who holds it, why (empty where no reason was given), and since when'),
  why: z.string(),
  since: timeSchema,
})
export type HoldAnswer = Answer<typeof holdAnswerSchema>
