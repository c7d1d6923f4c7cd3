import * as z from 'zod'
import type { Answer } from './answer.ts'
import { shownOperationSchema } from './reading.ts'

export const revertAnswerSchema = z.object({
  id: z.string().describe('of the changeset'),
  operations: z.array(shownOperationSchema).describe('what was done, or would be, in its order'),
  obstacles: z.array(z.string()).describe('what keeps it from being done; empty when it was done'),
  remarks: z.array(z.string()),
})
export type RevertAnswer = Answer<typeof revertAnswerSchema>

export const undoAnswerSchema = z.object({
  undone: z
    .array(
      z.object({
        text: z.string(),
        effect: z
          .enum(['none', 'restored', 'stays', 'gone'])
          .describe(
            'what it means for this host: nothing, what was before is back, what is there is here alone, what is gone is gone here alone',
          ),
      }),
    )
    .describe('the newest first'),
  stoppedAt: z.string().nullable().describe('the command at which it stopped; null when none was in the way'),
  left: z.int().describe('operations that are left'),
})
export type UndoAnswer = Answer<typeof undoAnswerSchema>
