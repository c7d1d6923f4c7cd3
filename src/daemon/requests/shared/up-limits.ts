/** What `up` and `plan` share: how far they go, and what they need for it. */
import type { UpLimits } from '../../../control/index.ts'
import { findOperation } from '../../../journal/index.ts'
import { Holds, type UpDeps, type UpOptions } from '../../../replay/index.ts'
import type { Parts } from './parts.ts'
import { fetchTold } from './progress.ts'
import type { Tell } from './request.ts'

export type UpParts = Pick<
  Parts,
  | 'branch'
  | 'history'
  | 'outputs'
  | 'hold'
  | 'identity'
  | 'deviations'
  | 'installedEarly'
  | 'blobs'
  | 'machine'
  | 'store'
  | 'clock'
  | 'log'
>

/** The limits as numbers of operations. NO_SUCH_OPERATION. */
export async function upOptions({ branch }: Pick<Parts, 'branch'>, { reboot, to, step }: UpLimits): Promise<UpOptions> {
  const common = { reboot: reboot === true, countMax: step === true ? 1 : Number.POSITIVE_INFINITY }
  if (to === undefined) return { ...common, lastNumber: Number.POSITIVE_INFINITY }
  const { ref, sequence } = await findOperation(branch.journal, to)
  const { changeset } = await branch.journal.changesetAt(sequence)
  return { ...common, lastNumber: changeset.operationsBefore + ref.index + 1 }
}

/** What `up` needs; `tell` hears how far the fetching of a file has come. */
export function upDeps(parts: UpParts, tell: Tell = () => undefined): UpDeps {
  const { branch, history, hold, identity, outputs, deviations, installedEarly, machine, store, clock, log } = parts
  const fetchBlob = fetchTold(parts, tell)
  const holds = new Holds({ branch, history, hold, host: identity.host })
  return { branch, history, outputs, holds, deviations, installedEarly, machine, store, clock, log, fetchBlob }
}
