/** Holds as requests take and tell them. */
import * as z from 'zod'
import type { Branch } from '../../../branch/index.ts'
import type { HoldBody } from '../../../control/index.ts'
import { Holds, holdText } from '../../../replay/index.ts'
import { reason, user } from './input.ts'
import type { Parts } from './parts.ts'
import type { Tell } from './request.ts'

/** Who holds or releases, and why. */
export const holdBody = z.strictObject({ user, message: reason.optional() }) satisfies z.ZodType<HoldBody>

/** Who decides, as `user@host`, and why; empty where no reason is given. */
export function holder({ identity }: Pick<Parts, 'identity'>, { user: name, message = '' }: HoldBody) {
  return { by: `${name}@${identity.host}`, why: message.trim() === '' ? '' : message }
}

export type HoldsParts = Pick<Parts, 'branch' | 'history' | 'hold' | 'identity'>

/** The holds that keep `up` from its work on this host, or would on that branch. */
export function holdsOf({ history, hold, identity, ...parts }: HoldsParts, branch: Branch = parts.branch): Holds {
  return new Holds({ branch, history, hold, host: identity.host })
}

/** Tells that `up` does nothing here, or on that branch. */
export async function remarkOnHolds(parts: HoldsParts, tell: Tell, branch?: Branch): Promise<void> {
  for (const one of await holdsOf(parts, branch).all()) void tell({ event: 'remark', text: holdText(one) })
}
