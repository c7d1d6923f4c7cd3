/** The operations that `up` would do, as it would do them. */
import { type BlobRef, operationName } from '../base/index.ts'
import { type Branch, operationsDone } from '../branch/index.ts'
import type { History } from '../host/index.ts'
import { describeOperation, type Operation } from '../journal/index.ts'
import { blobToInstall } from './apply.ts'
import { LatestFiles } from './latest.ts'
import { stepsAfter, stopBefore } from './steps.ts'
import type { UpDeps, UpOptions } from './up-types.ts'
import { VoidedOperations } from './voided-operations.ts'

export interface PendingOperation {
  readonly name: string
  readonly text: string
  /** For a file recorded with `--latest`, that of its newest version. */
  readonly operation: Operation
}

/** What this host has not done yet, in order, as far as `up` would go. OFF_BRANCH. */
export async function pendingOperations(
  { branch, history }: Pick<UpDeps, 'branch' | 'history'>,
  options: UpOptions,
): Promise<readonly PendingOperation[]> {
  const voided = new VoidedOperations(branch)
  const latest = new LatestFiles(branch, options.lastNumber, voided)
  const pending: PendingOperation[] = []
  for await (const step of stepsAfter(branch, history, await operationsDone(branch, history.standing.done))) {
    const stop = stopBefore(step, branch, pending.length, options)
    if (await voided.passes(step, stop)) continue
    if (stop) break
    const { operation } = await latest.newestOf(step)
    pending.push({
      name: operationName(step.ref.id, step.ref.index),
      text: describeOperation(step.operation),
      operation,
    })
  }
  return pending
}

/** The file that the next operation puts in place; undefined if there is none. */
export async function nextBlob(branch: Branch, history: History, done: number): Promise<BlobRef | undefined> {
  for await (const { operation } of stepsAfter(branch, history, done)) return blobToInstall(operation)
  return undefined
}
