/** A deviation as answers and remarks tell it. */
import { operationName, parseOperationKey } from '../../../base/index.ts'
import type { DeviationAnswer } from '../../../control/index.ts'
import { type Deviation, deviationText } from '../../../host/index.ts'
import type { Parts } from './parts.ts'
import type { Tell } from './request.ts'

export function deviationAnswer({ operation, ...deviation }: Deviation): DeviationAnswer {
  const { id, index } = parseOperationKey(operation)
  return { ...deviation, operation: operationName(id, index) }
}

/** Tells how this host differs from its journal, except for what the mark that it needs a rebuild tells. */
export function remarkOnDeviations({ deviations, identity }: Pick<Parts, 'deviations' | 'identity'>, tell: Tell): void {
  for (const one of deviations.all)
    if (one.kind !== 'dropped') void tell({ event: 'remark', text: deviationText(identity.host, one) })
}
