/**
 * Operations about the journal itself that come next. They change nothing on the machine, and a host that is held, or
 * is to record something, can do them without an `up`.
 */
import type { Branch } from '../branch/index.ts'
import type { History } from '../host/index.ts'
import { Recorder } from './recorder.ts'
import { stepsAfter } from './steps.ts'
import type { UpDeps } from './up-types.ts'
import { noteVoidDone } from './voided-operations.ts'

export interface JournalOperationDeps extends Pick<UpDeps, 'deviations'> {
  readonly branch: Branch
  readonly history: History
  readonly installedEarly: Pick<UpDeps['installedEarly'], 'id'>
}

/** Does those that come directly after the first `done` operations. Returns how many are done then. */
export async function doJournalOperations(deps: JournalOperationDeps, done: number): Promise<number> {
  const { branch, history } = deps
  const recorder = new Recorder(history)
  let position = done
  for await (const { ref, operation, sequence, number } of stepsAfter(branch, history, done)) {
    const { type } = operation
    if (sequence > branch.commonLength || (type !== 'void' && type !== 'hold' && type !== 'release')) break
    await recorder.started(ref)
    if (type === 'void') await noteVoidDone(deps, ref, operation)
    recorder.finished(ref, { status: 0, output: '', remarks: [] })
    position = number
  }
  await recorder.flush()
  return position
}
