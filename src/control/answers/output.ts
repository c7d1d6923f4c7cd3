import * as z from 'zod'
import type { Answer } from './answer.ts'
import { timeSchema } from './time.ts'

/** GET /v1/output */
export const outputAnswerSchema = z.object({
  host: z.string(),
  operation: z.string().describe("the operation's name"),
  time: timeSchema.describe('when its run ended, by the clock of that host'),
  stdout: z.string().describe('the end of what it wrote, as text; values of variables that were recorded are masked'),
  stderr: z.string(),
  cutBytes: z
    .object({
      stdout: z.int(),
      stderr: z.int(),
    })
    .describe('how many bytes came before that'),
})
export type OutputAnswer = Answer<typeof outputAnswerSchema>
