/** What a person can do about an operation at which a host stays. */
import { errorKinds, IsconfError, operationName, toIsconfError } from '../base/index.ts'
import type { OperationRef } from '../host/index.ts'

/** The hint for an operation that can't be done here; `first` is what to try, `before` what to do before a skip. */
export function wayOn(ref: OperationRef, first: string, before?: OperationRef): string {
  const name = operationName(ref.id, ref.index)
  const upTo = before ? `isconf up --to ${operationName(before.id, before.index)}, then ` : ''
  return `${first}; or go past it on this host alone: ${upTo}isconf skip ${name} -m WHY; or on all that have yet to do it, under the lock: isconf void ${name} -m WHY`
}

/** A failure with the way past the operation in its hint, if the host stays there. */
export function withWayOn(ref: OperationRef, thrown: unknown): IsconfError {
  const error = toIsconfError(thrown)
  if (error.code !== 'BLOB_MISSING') return error
  const isOwn = error.hint !== errorKinds.BLOB_MISSING.hint
  const hint = wayOn(ref, isOwn ? error.hint : 'start a host that has the file, then run `isconf up` again')
  return new IsconfError(error.code, error.message, { cause: thrown, hint })
}
