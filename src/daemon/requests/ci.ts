import { IsconfError } from '../../base/index.ts'
import type { CheckInAnswer, ReplayWarning } from '../../control/index.ts'
import { blobOf } from '../../journal/index.ts'
import { checkIn } from '../../origin/index.ts'
import { warningTexts } from '../work-warnings.ts'
import { type CompanyParts, remarkOnCompany } from './shared/company.ts'
import { remarkOnDeviations } from './shared/deviation.ts'
import { callerOnly } from './shared/input.ts'
import type { Parts } from './shared/parts.ts'
import { request, type Tell } from './shared/request.ts'

type CiParts = CompanyParts &
  Pick<Parts, 'origin' | 'branch' | 'blobs' | 'work' | 'warnings' | 'store' | 'deviations' | 'identity'>

export const ciRequest = request({
  name: 'ci',
  kind: 'change',
  result:
    '`branch`, `id` (null when there was nothing to check in), `operations`; on how many hosts, this one among them, ' +
    'the journal is (`journalHosts`), and every file of it (`fileHosts`); `warnings` of operations that are likely not to ' +
    'do the same where they are replayed (`number`, `operation`, `row`, `text`, `instead`)',
  input: callerOnly,
  run: async (parts: CiParts, { user }, { tell, askedBy }): Promise<CheckInAnswer> => {
    const { origin, branch, replicator, blobs } = parts
    const warnings = await warned(parts, tell)
    remarkOnDeviations(parts, tell)
    const signed = await checkIn(origin(), user, askedBy)
    const counted = (what: string) => (hosts: number, asked: number) =>
      void tell({
        event: 'progress',
        text: `${what} on ${hosts} of ${asked} other host${asked === 1 ? '' : 's'}`,
        counts: true,
      })
    void tell({ event: 'progress', text: 'waiting for the other hosts to store it', counts: true })
    const others = await replicator.announceStored(branch, counted('stored'))
    remarkOnCompany(parts, branch, tell)
    const journalHosts = 1 + others
    const answer = { branch: branch.name, journalHosts, warnings }
    if (!signed) return { ...answer, id: null, operations: 0, fileHosts: journalHosts }
    const { operations } = signed.changeset
    const hasFiles = operations.some(blobOf)
    const fileHosts = 1 + (hasFiles ? await blobs.hostsWith(branch, signed.id, counted('every file of it')) : others)
    return { ...answer, id: signed.id, operations: operations.length, fileHosts }
  },
})

/** Tells the warnings about the work. NOT_REPLAYABLE if they count as failures. */
async function warned({ branch, store, work, warnings }: CiParts, tell: Tell): Promise<readonly ReplayWarning[]> {
  const all = await warnings.ofWork({ branch, store, operations: work.operations })
  for (const warning of all)
    for (const text of warningTexts(`operation ${warning.number}, ${warning.operation}`, warning))
      void tell({ event: 'remark', text })
  if (all.length === 0 || !warnings.refuses) return all
  const operations = new Set(all.map(({ number }) => number)).size
  const what = operations === 1 ? '1 operation does' : `${operations} operations do`
  throw new IsconfError('NOT_REPLAYABLE', `${what} not replay`)
}
