/** A changeset in words. */
import { askedByText, idPrefixLength } from '../base/index.ts'
import type { LoggedOperation, Shown } from '../control/index.ts'
import type { Rows } from './rows.ts'

/** Everything that is recorded of it but its operations. */
export function changesetRows(shown: Shown): Rows {
  const { id, author, askedBy, time, message, branch, branches, domain, sequence, previous, lock, key, signature } =
    shown
  const on = branches.filter((name) => name !== branch)
  return [
    ['changeset', id],
    ['author', author],
    ...(askedBy ? [['asked by', askedByText(askedBy)] as const] : []),
    ['time', time],
    ['message', message],
    ['branch', `${branch} of ${domain}, number ${sequence}${on.length > 0 ? `, also on ${on.join(', ')}` : ''}`],
    ['previous', isFirst(shown) ? 'none' : previous.slice(0, idPrefixLength)],
    ['lock', lock],
    ['key', key],
    ['signature', signature],
  ]
}

/** Whether no changeset comes before it. */
function isFirst({ previous }: Pick<Shown, 'previous'>): boolean {
  return /^0+$/.test(previous)
}

/** What stands behind an operation that is void. */
export function voidText({ void: voided }: LoggedOperation): string {
  return voided ? ` (void, by ${voided.by} of ${voided.author}: ${voided.why})` : ''
}
