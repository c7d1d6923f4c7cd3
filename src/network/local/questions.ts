/**
 * What the package bank and the page ask the daemon when they are served by the network process: small questions, each
 * a message of its own with a stream for the answer. An answer is a line of JSON, and bytes behind it where there are some.
 */
import * as z from 'zod/mini'
import { type ErrorCode, IsconfError, isBankName, toIsconfError } from '../../base/index.ts'
import { pageQuestions } from './page-questions.ts'

const name = z.string().check(z.refine(isBankName))
const position = z.int().check(z.minimum(0), z.maximum(Number.MAX_SAFE_INTEGER))

export const localQuestionSchema = z.discriminatedUnion('about', [
  /** Which file has this name, and, without a name, whose bank it is. */
  z.object({ about: z.literal('bank file'), name: z.optional(name) }),
  z.object({ about: z.literal('bank names') }),
  /** Bytes of the file that has this name, if it is still this one. */
  z.object({
    about: z.literal('bank bytes'),
    name,
    id: z.string().check(z.regex(/^[0-9a-f]{64}$/)),
    from: position,
    end: position,
  }),
  ...pageQuestions,
])

export type LocalQuestion = z.infer<typeof localQuestionSchema>

/** The line before the bytes. */
export type AnswerHead =
  | { readonly value: unknown }
  | { readonly error: { readonly code: ErrorCode; readonly message: string; readonly hint: string } }

export function headLine(head: AnswerHead): Buffer {
  return Buffer.from(`${JSON.stringify(head)}\n`)
}

export function failedHead(thrown: unknown): AnswerHead {
  const { code, message, hint } = toIsconfError(thrown)
  return { error: { code, message, hint } }
}

/** The value that an answer begins with. The failure that the daemon tells of instead. */
export function valueIn(head: AnswerHead): unknown {
  if ('value' in head) return head.value
  const { code, message, hint } = head.error
  throw new IsconfError(code, message, { hint })
}
