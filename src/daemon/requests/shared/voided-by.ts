/** What makes an operation void, as answers tell it. */
import { type ChangesetId, operationName } from '../../../base/index.ts'
import type { Voids } from '../../../branch/index.ts'
import type { VoidedBy } from '../../../control/index.ts'

export function voidedBy(voids: Voids, id: ChangesetId, index: number): VoidedBy | null {
  const voided = voids.get(`${id}:${index}`)
  if (!voided) return null
  const { by, author, why, time } = voided
  return { by: operationName(by.id, by.index), author, why, time }
}
