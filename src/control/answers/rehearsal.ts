import * as z from 'zod'
import type { Answer } from './answer.ts'

export const rehearsedOperationSchema = z.object({
  number: z.int().describe('the first is 1'),
  name: z.string().nullable().describe('null of what is not checked in'),
  text: z.string(),
  verdict: z.enum(['passes', 'fails', 'fails again', 'not judged', 'not reached']),
  status: z.int().nullable().describe('exit status; null of what was not done'),
  why: z.string().nullable(),
})
export type RehearsedOperation = Answer<typeof rehearsedOperationSchema>

export const rehearsalAnswerSchema = z.object({
  branch: z.string(),
  host: z.string().describe('the host that it was rehearsed on'),
  of: z.enum(['work', 'pending', 'command']),
  operations: z.array(rehearsedOperationSchema),
})
export type RehearsalAnswer = Answer<typeof rehearsalAnswerSchema>
