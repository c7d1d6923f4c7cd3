/** What to tell a person whose host is alone, or knows of more than it has. */
import type { Branch } from '../../../branch/index.ts'
import type { UnfetchedAnswer } from '../../../control/index.ts'
import { unfetchedText } from '../../../replication/index.ts'
import type { Parts } from './parts.ts'
import type { Tell } from './request.ts'

export type CompanyParts = Pick<Parts, 'transport' | 'replicator' | 'process'>

/** A sentence that says that no other host is connected; undefined if one is. */
export function aloneText({ transport, process }: Pick<Parts, 'transport' | 'process'>): string | undefined {
  if (transport.peers().length > 0) return undefined
  const [stranger] = process.strangers?.() ?? []
  if (stranger) return `no other host is connected: ${stranger.address} ${stranger.text} (see \`isconf status\`)`
  const unreachable = process.unreachable?.()
  if (unreachable !== undefined) return `no other host is connected: ${unreachable}`
  return `no other host is connected${process.unreached().length > 0 ? ' (`isconf status` says why)' : ''}`
}

/** Whether others should be there. */
function missesCompany({ process }: Pick<Parts, 'process'>): boolean {
  const isMet = process.unreached().length > 0 || (process.strangers?.() ?? []).length > 0
  return isMet || process.unreachable?.() !== undefined
}

/** What other hosts have of a branch that is not here. */
export function unfetchedOf({ replicator }: Pick<Parts, 'replicator'>, branch: Branch): readonly UnfetchedAnswer[] {
  return replicator.unfetched.all(branch.name).map((one) => ({
    ...{ host: one.host, head: one.head, changesets: one.length, reason: one.reason },
    text: unfetchedText(one),
  }))
}

/**
 * For a change that the others have to agree to: tells who could not be asked, and what they have that was not looked
 * at.
 */
export function remarkOnCompany(parts: CompanyParts, branch: Branch, tell: Tell): void {
  const alone = missesCompany(parts) ? aloneText(parts) : undefined
  if (alone !== undefined) void tell({ event: 'remark', text: `${alone}; nobody else has agreed to this` })
  for (const { text } of unfetchedOf(parts, branch)) void tell({ event: 'remark', text })
  for (const { host, text } of parts.replicator.troubles.all()) void tell({ event: 'remark', text: `${host} ${text}` })
}
