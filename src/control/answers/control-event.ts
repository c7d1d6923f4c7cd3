/** The lines of the answer to a POST. */
import * as z from 'zod'
import { type ErrorCode, errorKinds } from '../../base/index.ts'
import type { Answer } from './answer.ts'

export const errorCodeSchema = z.enum(Object.keys(errorKinds) as [ErrorCode])

/** How a failure is told: as the last event of a POST, and as the whole answer of a GET. */
export const errorEventSchema = z.object({
  event: z.literal('error'),
  code: errorCodeSchema,
  message: z.string(),
  hint: z.string().describe('what to do'),
  exit: z.int().describe('the exit status of isconf'),
})
export type ErrorEvent = Answer<typeof errorEventSchema>

/** One line before the last. */
export const underwayEventSchema = z.discriminatedUnion('event', [
  z
    .object({
      event: z.literal('progress'),
      text: z.string(),
      counts: z
        .literal(true)
        .optional()
        .describe('of bytes, paths or hosts: the next is written over it on a screen, and nobody else is shown it'),
      step: z
        .literal(true)
        .optional()
        .describe('one of many: on a screen the next is written over it, elsewhere it has a line of its own'),
    })
    .describe('what the daemon is doing; not shown with -q'),
  z.object({ event: z.literal('remark'), text: z.string() }).describe('something a person should know, also with -q'),
  z
    .object({ event: z.literal('output'), stream: z.enum(['stdout', 'stderr']), bytes: z.base64() })
    .describe('what a command wrote, or a file: it need not be text'),
  z.object({ event: z.literal('alive') }).describe('nothing new: who hears nothing at all takes the daemon for lost'),
])

/** The last line, when it was done. */
export const resultEventSchema = z.object({ event: z.literal('result'), result: z.unknown() })

/** One line of the answer to a POST. */
export const controlEventSchema = z.discriminatedUnion('event', [
  underwayEventSchema,
  resultEventSchema,
  errorEventSchema,
])
export type ControlEvent = Answer<typeof controlEventSchema>
