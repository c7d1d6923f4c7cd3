import type { DecisionBody, DeviationAnswer } from '../../control/index.ts'
import { refuseUnchecked } from '../../origin/index.ts'
import { skip } from '../../replay/index.ts'
import { deviationAnswer } from './shared/deviation.ts'
import { decision, decisionBy } from './shared/input.ts'
import type { Parts } from './shared/parts.ts'
import { request } from './shared/request.ts'

export const skipRequest = request({
  name: 'skip',
  kind: 'change',
  result: 'what was skipped, as in the `deviations` of status',
  input: decision,
  run: async (parts: SkipParts, { operation, ...body }: DecisionBody): Promise<DeviationAnswer> => {
    refuseUnchecked(parts.work)
    const skipped = await skip(parts, operation, decisionBy(parts, body))
    parts.log.warn({ operation: skipped.operation }, `${skipped.by} skipped ${skipped.text}: ${skipped.why}`)
    void parts.replicator.exchangeAll()
    return deviationAnswer(skipped)
  },
})

type SkipParts = Pick<Parts, 'branch' | 'history' | 'deviations' | 'clock' | 'work' | 'identity' | 'log' | 'replicator'>
