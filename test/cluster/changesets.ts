/** Changesets and journals for tests, signed with keys that never change. */
import type { KeyObject } from 'node:crypto'
import { type BranchName, type ChangesetId, type DomainName, noChangeset } from '../../src/base/index.ts'
import {
  type Changeset,
  type Operation,
  publicKeyText,
  type SignedChangeset,
  signChangeset,
} from '../../src/journal/index.ts'
import { keyFrom } from '../sim/cluster-key.ts'

export const domain = 'sim.example' as DomainName
export const generic = 'generic' as BranchName
export const key: KeyObject = keyFrom('a key for tests')

/** The public key that a lock of this host names. */
export function keyOf(host: string): string {
  return publicKeyText(keyFrom(host))
}

export function execOf(...argv: string[]): Operation {
  return { type: 'exec', argv, cwd: '/', env: {} }
}

/** What to write instead of what a chain would have. */
export type Altered = Partial<Changeset>

/** The changeset that follows `previous`, signed. */
export function following(previous: SignedChangeset | undefined, altered: Altered = {}): SignedChangeset {
  const before = previous?.changeset
  const changeset: Changeset = {
    format: 1,
    domain,
    branch: generic,
    sequence: (before?.sequence ?? 0) + 1,
    previous: previous?.id ?? (noChangeset as ChangesetId),
    operationsBefore: before ? before.operationsBefore + before.operations.length : 0,
    author: 'ann@alder',
    message: 'because',
    lock: '0'.repeat(32),
    time: '2030-01-01T00:00:00.000Z',
    key: publicKeyText(key),
    operations: [execOf('true')],
    ...altered,
  }
  return signChangeset(changeset, key)
}

/** Changesets that follow one another, one for each word. */
export function chainOf(words: readonly string[], after?: SignedChangeset): readonly SignedChangeset[] {
  const chain: SignedChangeset[] = []
  for (const word of words) {
    chain.push(following(chain.at(-1) ?? after, { message: word, operations: [execOf('append', '/data/log', word)] }))
  }
  return chain
}

/** A chain of so many changesets of about 100 KiB each. */
export function longChainOf(count: number): readonly SignedChangeset[] {
  const chain: SignedChangeset[] = []
  for (let at = 0; at < count; at += 1) {
    chain.push(following(chain.at(-1), { operations: [execOf('echo', 'x'.repeat(100 * 1024), String(at))] }))
  }
  return chain
}
