/** `log` and `show`: what the journals record. */
import { type ChangesetId, operationName, toIsconfError } from '../../base/index.ts'
import { type Branch, commonLength, operationsDone } from '../../branch/index.ts'
import type { LogEntry, Shown } from '../../control/index.ts'
import { describeOperation, findOperation, type SignedChangeset } from '../../journal/index.ts'
import type { HostDaemon } from '../host-daemon.ts'
import { showOperation } from './shown-operation.ts'

export interface LogFilter {
  /** How many changesets at most. */
  readonly limit: number
  /** Only those that say that they were made then or later, in milliseconds since 1970. */
  readonly sinceMs: number | undefined
  /** Only those made on this host. */
  readonly host: string | undefined
}

/** Changesets of a branch, newest first. */
export async function logOf(
  daemon: HostDaemon,
  branch: Branch,
  { limit, sinceMs, host }: LogFilter,
): Promise<readonly LogEntry[]> {
  const { journal } = branch
  const position = await doneOn(daemon, branch)
  const entries: LogEntry[] = []
  for (let sequence = journal.length; sequence > 0 && entries.length < limit; sequence -= 1) {
    const signed = await journal.changesetAt(sequence)
    const { author, time } = signed.changeset
    // A clock may have been wrong: an older one can come after a newer one.
    if (sinceMs !== undefined && Date.parse(time) < sinceMs) continue
    if (host !== undefined && author.slice(author.lastIndexOf('@') + 1) !== host) continue
    entries.push(entryOf(signed, position))
  }
  return entries
}

/** A changeset by the beginning of its id, or one operation of it, on whatever branch. NO_SUCH_OPERATION. */
export async function shown(daemon: HostDaemon, name: string): Promise<Shown> {
  const { branch: own, branches } = daemon
  const others = branches.all().filter((branch) => branch !== own)
  let failure: unknown
  for (const branch of [own, ...others]) {
    try {
      const { ref, sequence } = await findOperation(branch.journal, name)
      const { changeset, id, signature } = await branch.journal.changesetAt(sequence)
      const done = (await doneOn(daemon, branch)) - changeset.operationsBefore
      const { operations, ...header } = changeset
      const all = operations.map((operation, index) => ({
        name: operationName(id, index),
        done: index < done,
        ...showOperation(operation),
      }))
      const one = name.includes(':') ? all.filter((_, index) => index === ref.index) : all
      return { id, signature, ...header, branches: branchesWith(daemon, id), operations: one }
    } catch (thrown) {
      if (toIsconfError(thrown).code !== 'NO_SUCH_OPERATION') throw thrown
      failure ??= thrown
    }
  }
  throw failure
}

/** How many operations of a branch, which need not be its own, this host has done. */
async function doneOn({ branch: own, history }: HostDaemon, branch: Branch): Promise<number> {
  const { done } = history.standing
  if (!done) return 0
  if (branch.journal.has(done.id)) return operationsDone(branch, done)
  const shared = commonLength(own.journal, branch.journal)
  const position = own.journal.has(done.id) ? await operationsDone(own, done) : 0
  if (shared === 0) return 0
  const { operationsBefore, operations } = (await branch.journal.changesetAt(shared)).changeset
  return Math.min(position, operationsBefore + operations.length)
}

function branchesWith({ branches }: HostDaemon, id: ChangesetId): readonly string[] {
  const names = branches.all().flatMap(({ name, journal }) => (journal.has(id) ? [name] : []))
  return names.sort()
}

function entryOf({ id, changeset }: SignedChangeset, position: number): LogEntry {
  const { branch, author, message, time, operationsBefore, operations } = changeset
  return {
    id,
    branch,
    author,
    message,
    time,
    operations: operations.map((operation, index) => ({
      name: operationName(id, index),
      text: describeOperation(operation),
      done: operationsBefore + index < position,
    })),
  }
}
