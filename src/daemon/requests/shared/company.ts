/** What to tell a person whose host is alone, or knows of more than it has. */
import type { Branch } from '../../../branch/index.ts'
import type { UnfetchedAnswer } from '../../../control/index.ts'
import { unfetchedText } from '../../../replication/index.ts'
import type { Parts } from './parts.ts'
import type { Tell } from './request.ts'

/** Names in one sentence. */
const namedMax = 5

export type CompanyParts = Pick<Parts, 'transport' | 'reachable' | 'replicator' | 'process'>

/** A sentence that says that no other host is connected, or none of them answers; undefined if one does. */
export function aloneText(parts: CompanyParts): string | undefined {
  const { transport, process } = parts
  const silent = silentHosts(parts)
  if (transport.peers().length > silent.length) return undefined
  if (silent.length > 0) return `no other host answers (${silentText(silent)})`
  const [stranger] = process.strangers?.() ?? []
  if (stranger) return `no other host is connected: ${stranger.address} ${stranger.text} (see \`isconf status\`)`
  const unreachable = process.unreachable?.()
  if (unreachable !== undefined) return `no other host is connected: ${unreachable}`
  return `no other host is connected${process.unreached().length > 0 ? ' (`isconf status` says why)' : ''}`
}

/** The names of the connected hosts that answer nothing. */
export function silentHosts({ reachable, replicator }: Pick<Parts, 'reachable' | 'replicator'>): readonly string[] {
  return reachable.silent().map((peer) => replicator.hostOf(peer))
}

/** Says which hosts are connected and answer nothing: a connection outlives a cut network by minutes. */
export function silentText(silent: readonly string[]): string {
  const named = silent.slice(0, namedMax).join(', ')
  const rest = silent.length > namedMax ? ` and ${silent.length - namedMax} more` : ''
  return `${named}${rest}: connected, but silent`
}

/** Whether others should be there. */
function missesCompany(parts: CompanyParts): boolean {
  if (silentHosts(parts).length > 0) return true
  const { process } = parts
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
