import * as z from 'zod'
import type { Answer } from './answer.ts'
import { errorCodeSchema } from './control-event.ts'

export const leaveAnswerSchema = z.object({
  domain: z.string(),
  directory: z.string().describe('where what this host had of it is kept: an absolute path'),
  operations: z.int().describe('how many operations were done here that no other host of its domain gets'),
  texts: z.array(z.string()).describe('the first thousand of them, in words'),
})
export type LeaveAnswer = Answer<typeof leaveAnswerSchema>

/** GET /v1/status of a daemon that waits until its host can take part in a domain: this, and nothing of a status. */
export const waitingStatusSchema = z.object({
  host: z.string(),
  release: z.string(),
  pid: z.int(),
  domain: z
    .object({
      name: z.string(),
      source: z.string(),
    })
    .nullable()
    .describe('null when none is set'),
  waiting: z
    .object({
      code: errorCodeSchema,
      message: z.string(),
      hint: z.string(),
    })
    .describe('what it waits for, and the one next step'),
})
export type WaitingStatus = Answer<typeof waitingStatusSchema>
