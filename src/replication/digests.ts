/**
 * What a host has of its branches in a few bytes, so that hosts that have the same need not tell each other everything.
 */
import { type BranchName, sha256Hex } from '../base/index.ts'
import type { BranchState } from '../branch/index.ts'
import type { Announcement } from './announcement.ts'

/** Long enough that two different states never look alike by chance. */
const digestLength = 16

type Told = Pick<Announcement, 'states' | 'others' | 'resolutions'>

/**
 * A digest of what is told about each branch, by its name. It is the same on two hosts that know the same about the
 * branch.
 */
export function versionsOf({ states, others, resolutions }: Told): ReadonlyMap<BranchName, string> {
  const partsByBranch = new Map<BranchName, string[]>()
  const add = (branch: BranchName, ...part: readonly unknown[]): void => {
    const parts = partsByBranch.get(branch) ?? []
    parts.push(JSON.stringify(part))
    partsByBranch.set(branch, parts)
  }
  const split = new Set(others.map(({ branch }) => branch))
  // Of a split each host has another line as its own, and its lock counts for nothing until the split is resolved.
  for (const state of states) add(state.branch, ...(split.has(state.branch) ? [state.head] : stateParts(state)))
  for (const { branch, head } of others) add(branch, head)
  for (const { branch, chosen, rejected } of resolutions) add(branch, chosen, rejected)
  return new Map([...partsByBranch].map(([branch, parts]) => [branch, shortDigest(parts.sort())]))
}

/** One digest of everything that is told. */
export function digestOf(told: Told): string {
  return shortDigest([...versionsOf(told)].map(([branch, version]) => `${branch} ${version}`).sort())
}

function stateParts({ head, length, revision, lock, broken }: BranchState): readonly unknown[] {
  return [head, length, revision, lock?.id, broken?.lock.id, broken?.by, broken?.time]
}

function shortDigest(parts: readonly string[]): string {
  return sha256Hex(parts.join('\n')).slice(0, digestLength)
}
