import * as z from 'zod'
import { type ChangesetId, operationName, toIsconfError } from '../../base/index.ts'
import { type Branches, voidsIn } from '../../branch/index.ts'
import type { Shown } from '../../control/index.ts'
import { askedByOf, findOperation } from '../../journal/index.ts'
import { doneOn } from './shared/done-on.ts'
import type { Parts } from './shared/parts.ts'
import { request } from './shared/request.ts'
import { showOperation } from './shared/shown-operation.ts'
import { voidedBy } from './shared/voided-by.ts'

/** A changeset, or one operation of it, on whatever branch. NO_SUCH_OPERATION. */
export const showRequest = request({
  name: 'show',
  kind: 'query',
  result: 'a changeset, or one operation of it',
  details:
    '`id`, `signature`, every member of the [changeset](journal.md), perhaps `askedBy` (as of lock), `branches` (those known here that have it), `operations` (`name`, `text`, `done`, `void` as in log, ' +
    '`attributes`: rows of a name and a value for people, `operation`: as the journal has it).',
  input: z.strictObject({
    name: z.string().max(200).describe("the beginning of a changeset's id, or that, a colon and an index"),
  }),
  run: async (parts: Pick<Parts, 'branch' | 'branches' | 'history'>, { name }): Promise<Shown> => {
    const { branch: own, branches } = parts
    const others = branches.all().filter((branch) => branch !== own)
    let failure: unknown
    for (const branch of [own, ...others]) {
      try {
        const { ref, sequence } = await findOperation(branch.journal, name)
        const { changeset, id, signature } = await branch.journal.changesetAt(sequence)
        const done = (await doneOn(parts, branch)) - changeset.operationsBefore
        const voids = await voidsIn(branch.journal)
        const { operations, ...header } = changeset
        const all = operations.map((operation, index) => ({
          name: operationName(id, index),
          done: index < done,
          void: voidedBy(voids, id, index),
          ...showOperation(operation),
        }))
        const one = name.includes(':') ? all.filter((_, index) => index === ref.index) : all
        const askedBy = askedByOf(changeset)
        return {
          id,
          signature,
          ...header,
          ...(askedBy && { askedBy }),
          branches: branchesWith(branches, id),
          operations: one,
        }
      } catch (thrown) {
        if (toIsconfError(thrown).code !== 'NO_SUCH_OPERATION') throw thrown
        failure ??= thrown
      }
    }
    throw failure
  },
})

function branchesWith(branches: Branches, id: ChangesetId): readonly string[] {
  const names = branches.all().flatMap(({ name, journal }) => (journal.has(id) ? [name] : []))
  return names.sort()
}
