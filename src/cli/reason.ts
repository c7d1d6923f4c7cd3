/** The reason for a decision: the text of -m, which may come before or after the verb. */
import { IsconfError } from '../base/index.ts'
import { value } from '../terminal/index.ts'
import type { Flags } from './verb.ts'

export const reasonOption = value('-m, --message <message>', 'why, in quotes if it has spaces')

/** The reason that was typed after the verb, or before it. MESSAGE_MISSING shows `example`. */
export function reasonOf(flags: Flags, behind: string | undefined, example: string): string {
  const message = behind ?? flags.message ?? ''
  if (message.trim() !== '') return message
  throw new IsconfError('MESSAGE_MISSING', 'a reason is missing', { hint: `say why: ${example}` })
}
