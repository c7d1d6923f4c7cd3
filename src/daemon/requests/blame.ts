import * as z from 'zod'
import { type ChangesetId, IsconfError, operationName, parseOperationKey } from '../../base/index.ts'
import type { BlameRow } from '../../control/index.ts'
import type { Changeset } from '../../journal/index.ts'
import { cwd } from './shared/input.ts'
import type { Parts } from './shared/parts.ts'
import { request } from './shared/request.ts'
import { entriesOf } from './shared/tree-entries.ts'

/** NO_SUCH_FILE, USAGE for more than can be held. */
export const blameRequest = request({
  name: 'blame',
  kind: 'query',
  result: 'what the branch of this host has at a path and below it, by path, and which operation put it there',
  details:
    'a row has `path`, `kind` (`file`, `directory` or `symlink`), `operation`, and `author`, `time` and `message` of its ' +
    'changeset.',
  input: z.strictObject({ cwd, path: z.string().min(1) }),
  run: async (
    { branch, machine }: Pick<Parts, 'branch' | 'machine'>,
    { cwd, path: typed },
  ): Promise<readonly BlameRow[]> => {
    const top = machine.journalPath(typed, cwd)
    const { journal } = branch
    const entries = await entriesOf(journal, top)
    if (entries.length === 0) throw new IsconfError('NO_SUCH_FILE', `${top} was not snapped on branch ${branch.name}`)
    const changesets = new Map<ChangesetId, Changeset>()
    const rows: BlameRow[] = []
    for (const { path, kind, operation } of entries) {
      const { id, index } = parseOperationKey(operation)
      const changeset = changesets.get(id) ?? (await journal.changesetAt(journal.sequenceOf(id) ?? 0)).changeset
      changesets.set(id, changeset)
      const { author, time, message } = changeset
      rows.push({ path, kind, operation: operationName(id, index), author, time, message })
    }
    return rows
  },
})
