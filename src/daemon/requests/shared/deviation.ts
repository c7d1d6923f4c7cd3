/** A deviation as answers tell it. */
import { operationName, parseOperationKey } from '../../../base/index.ts'
import type { DeviationAnswer } from '../../../control/index.ts'
import type { Deviation } from '../../../host/index.ts'

export function deviationAnswer({ operation, ...deviation }: Deviation): DeviationAnswer {
  const { id, index } = parseOperationKey(operation)
  return { ...deviation, operation: operationName(id, index) }
}
