/** Checking what comes with a request, and the members that several requests have. */
import { isAbsolute } from 'node:path'
import * as z from 'zod'
import { IsconfError } from '../../../base/index.ts'
import type { DecisionBody } from '../../../control/index.ts'
import type { Decision } from '../../../replay/index.ts'
import type { Parts } from './parts.ts'

/** The members of a request, checked; BAD_REQUEST names the one that is wrong. */
export function checked<T>(schema: z.ZodType<T>, input: unknown): T {
  const parsed = schema.safeParse(input)
  if (parsed.success) {
    if (isWellFormed(parsed.data)) return parsed.data
    throw new IsconfError('BAD_REQUEST', 'not a valid request: it has half a character, which no journal can keep')
  }
  const { path, message } = parsed.error.issues[0] ?? { path: [], message: '' }
  const what = `${message.charAt(0).toLowerCase()}${message.slice(1)}`
  throw new IsconfError(
    'BAD_REQUEST',
    ['not a valid request', ...(path.length > 0 ? [path.join('.')] : []), what].join(': '),
  )
}

/** Whether every string in a value is well-formed Unicode. */
function isWellFormed(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed()
  if (typeof value !== 'object' || value === null) return true
  return Object.entries(value).every(([name, member]) => name.isWellFormed() && isWellFormed(member))
}

/** Who asks: recorded with what they change. */
export const user = z.string().min(1).max(256)

/** A request whose one member says who asks. */
export const callerOnly = z.strictObject({ user })

/** The longest reason, in characters. */
const reasonLengthMax = 4096

/** Why something is done. */
export const reason = z.string().max(reasonLengthMax).describe('why')

/** An operation, and why something is decided of it. */
export const decision = z.strictObject({
  user,
  operation: z.string().max(200).describe('its name'),
  message: reason,
}) satisfies z.ZodType<DecisionBody>

/** Who decides, and why. MESSAGE_MISSING. */
export function decisionBy(
  { identity }: Pick<Parts, 'identity'>,
  { user: name, message }: Pick<DecisionBody, 'user' | 'message'>,
): Decision {
  if (message.trim() === '') throw new IsconfError('MESSAGE_MISSING', 'a reason is missing')
  return { by: `${name}@${identity.host}`, why: message }
}

/** A query that has no members. */
export const nothing = z.strictObject({})

/** The caller's current directory. */
export const cwd = z.string().refine(isAbsolute)

export const paths = z.array(z.string().min(1)).min(1)

/** A branch, this host's when it is left out. */
export const branchName = z.string().optional()

/** How many entries are given when the caller does not say. */
const entriesDefault = 1_000

/** How many entries a query is to give. */
export const limit = z
  .string()
  .regex(/^\d{1,9}$/, { error: ({ input }) => `not a whole number: ${input}` })
  .transform(Number)
  .default(entriesDefault)
  .describe('how many; 1,000 when absent')
