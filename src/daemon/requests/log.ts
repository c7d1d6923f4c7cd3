import * as z from 'zod'
import { operationName } from '../../base/index.ts'
import { type Voids, voidsIn } from '../../branch/index.ts'
import type { LogEntry } from '../../control/index.ts'
import { describeOperation, type SignedChangeset } from '../../journal/index.ts'
import { branchNamed } from './shared/branch-named.ts'
import { doneOn } from './shared/done-on.ts'
import { branchName, limit } from './shared/input.ts'
import type { Parts } from './shared/parts.ts'
import { request } from './shared/request.ts'
import { voidedBy } from './shared/voided-by.ts'

export const logRequest = request({
  name: 'log',
  kind: 'query',
  result: 'changesets, newest first',
  details:
    'a row has `id`, `branch` (where it was written), `author`, `message`, `time`, `operations` (`name`, `text`, ' +
    '`done`: whether this host is past it, `void`: `by` which operation, `author`, `why`, `time`, or null).',
  input: z.strictObject({
    limit,
    since: z.iso.datetime().optional().describe('an ISO time in UTC, compared with the recorded times'),
    host: z.string().max(256).optional().describe('the host part of `author`'),
    branch: branchName,
  }),
  run: async (
    parts: Pick<Parts, 'branch' | 'branches' | 'history'>,
    { limit, since, host, branch: name },
  ): Promise<readonly LogEntry[]> => {
    const branch = branchNamed(parts, name)
    const sinceMs = since === undefined ? undefined : Date.parse(since)
    const position = await doneOn(parts, branch)
    const voids = await voidsIn(branch.journal)
    const entries: LogEntry[] = []
    const { journal } = branch
    for (let sequence = journal.length; sequence > 0 && entries.length < limit; sequence -= 1) {
      const signed = await journal.changesetAt(sequence)
      const { author, time } = signed.changeset
      // A clock may have been wrong: an older one can come after a newer one.
      if (sinceMs !== undefined && Date.parse(time) < sinceMs) continue
      if (host !== undefined && author.slice(author.lastIndexOf('@') + 1) !== host) continue
      entries.push(entryOf(signed, position, voids))
    }
    return entries
  },
})

function entryOf({ id, changeset }: SignedChangeset, position: number, voids: Voids): LogEntry {
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
      void: voidedBy(voids, id, index),
    })),
  }
}
