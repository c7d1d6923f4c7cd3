/** A lock as answers tell it. */
import type { Branch, Lock } from '../../../branch/index.ts'
import type { LockAnswer } from '../../../control/index.ts'

export function lockAnswer({ name }: Branch, { user, host, message, since, askedBy }: Lock): LockAnswer {
  return { branch: name, user, host, message, since, ...(askedBy && { askedBy }) }
}
