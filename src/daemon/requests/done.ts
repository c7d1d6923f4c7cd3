import type { DecisionBody, DeviationAnswer } from '../../control/index.ts'
import { mend } from '../../replay/index.ts'
import { deviationAnswer } from './shared/deviation.ts'
import { decision, decisionBy } from './shared/input.ts'
import type { Parts } from './shared/parts.ts'
import { request } from './shared/request.ts'

export const doneRequest = request({
  name: 'done',
  kind: 'change',
  result: 'what is no deviation any more, as in the `deviations` of status',
  input: decision,
  run: async (
    parts: Pick<Parts, 'history' | 'deviations' | 'rebuild' | 'identity' | 'log' | 'replicator'>,
    { operation, ...body }: DecisionBody,
  ): Promise<DeviationAnswer> => {
    const mended = await mend(parts, operation, decisionBy(parts, body))
    parts.log.info(
      { operation: mended.operation },
      `${body.user} says that ${mended.text} was set right by hand: ${body.message}`,
    )
    void parts.replicator.exchangeAll()
    return deviationAnswer(mended)
  },
})
