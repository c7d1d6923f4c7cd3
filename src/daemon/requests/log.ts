import * as z from 'zod'
import { operationName } from '../../base/index.ts'
import { type Voids, voidsIn } from '../../branch/index.ts'
import type { LogEntry } from '../../control/index.ts'
import { askedByOf, describeOperation, isAboutTree, type Operation, type SignedChangeset } from '../../journal/index.ts'
import { branchNamed } from './shared/branch-named.ts'
import { doneOn } from './shared/done-on.ts'
import { branchName, cwd, limit } from './shared/input.ts'
import type { Parts } from './shared/parts.ts'
import { request } from './shared/request.ts'
import { voidedBy } from './shared/voided-by.ts'

export const logRequest = request({
  name: 'log',
  kind: 'query',
  result: 'changesets, newest first',
  details:
    'a row has `id`, `branch` (where it was written), `author`, `message`, `time`, perhaps `askedBy` (as of lock), `operations` (`name`, `text`, ' +
    '`done`: whether this host is past it, `void`: `by` which operation, `author`, `why`, `time`, or null).',
  input: z.strictObject({
    limit,
    since: z.iso.datetime().optional().describe('an ISO time in UTC, compared with the recorded times'),
    host: z.string().max(256).optional().describe('the host part of `author`'),
    branch: branchName,
    path: z.string().min(1).optional().describe('only operations about this path, or one below it'),
    cwd: cwd.optional(),
  }),
  run: async (
    parts: Pick<Parts, 'branch' | 'branches' | 'history' | 'machine'>,
    { limit, since, host, branch: name, path: typed, cwd = '/' },
  ): Promise<readonly LogEntry[]> => {
    const branch = branchNamed(parts, name)
    const sinceMs = since === undefined ? undefined : Date.parse(since)
    const position = await doneOn(parts, branch)
    const voids = await voidsIn(branch.journal)
    const path = typed === undefined ? undefined : parts.machine.journalPath(typed, cwd)
    const entries: LogEntry[] = []
    const { journal } = branch
    for (let sequence = journal.length; sequence > 0 && entries.length < limit; sequence -= 1) {
      const signed = await journal.changesetAt(sequence)
      const { author, time } = signed.changeset
      // A clock may have been wrong: an older one can come after a newer one.
      if (sinceMs !== undefined && Date.parse(time) < sinceMs) continue
      if (host !== undefined && author.slice(author.lastIndexOf('@') + 1) !== host) continue
      const entry = entryOf(signed, position, voids, (one) => path === undefined || isAboutTree(one, path))
      if (path === undefined || entry.operations.length > 0) entries.push(entry)
    }
    return entries
  },
})

/** A changeset, with those of its operations that are asked for. */
function entryOf(
  { id, changeset }: SignedChangeset,
  position: number,
  voids: Voids,
  isMeant: (operation: Operation) => boolean,
): LogEntry {
  const { branch, author, message, time, operationsBefore, operations } = changeset
  const askedBy = askedByOf(changeset)
  return {
    ...{ id, branch, author, message, time },
    ...(askedBy && { askedBy }),
    operations: operations.flatMap((operation, index) => {
      const name = operationName(id, index)
      const done = operationsBefore + index < position
      const row = { name, text: describeOperation(operation), done, void: voidedBy(voids, id, index) }
      return isMeant(operation) ? [row] : []
    }),
  }
}
