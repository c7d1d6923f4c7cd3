/** Why something is decided: the words behind -m, which may stand before the verb and behind it. */
import { IsconfError } from '../base/index.ts'
import { value } from '../terminal/index.ts'
import type { Flags } from './verb.ts'

export const reasonOption = value('-m, --message <message>', 'why, in quotes if it has spaces')

/** What was typed behind the verb, or before it. MESSAGE_MISSING shows how it is said, as `example` has it. */
export function reasonOf(flags: Flags, behind: string | undefined, example: string): string {
  const message = behind ?? flags.message ?? ''
  if (message.trim() !== '') return message
  throw new IsconfError('MESSAGE_MISSING', 'a reason is missing', { hint: `say why: ${example}` })
}
