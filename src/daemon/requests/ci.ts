import type { CheckInAnswer } from '../../control/index.ts'
import { blobOf } from '../../journal/index.ts'
import { checkIn } from '../../origin/index.ts'
import { callerOnly } from './shared/input.ts'
import type { Parts } from './shared/parts.ts'
import { request } from './shared/request.ts'

export const ciRequest = request({
  name: 'ci',
  kind: 'change',
  result:
    '`branch`, `id` (null when there was nothing to check in), `operations`; on how many hosts, this one among them, ' +
    'the journal is (`journalHosts`), and every file of it (`fileHosts`)',
  input: callerOnly,
  run: async (
    { origin, branch, replicator, blobs }: Pick<Parts, 'origin' | 'branch' | 'replicator' | 'blobs'>,
    { user },
  ): Promise<CheckInAnswer> => {
    const signed = await checkIn(origin(), user)
    const others = await replicator.announce(branch)
    const journalHosts = 1 + others
    if (!signed) return { branch: branch.name, id: null, operations: 0, journalHosts, fileHosts: journalHosts }
    const { operations } = signed.changeset
    const hasFiles = operations.some(blobOf)
    const fileHosts = 1 + (hasFiles ? await blobs.hostsWith(branch, signed.id) : others)
    return { branch: branch.name, id: signed.id, operations: operations.length, journalHosts, fileHosts }
  },
})
