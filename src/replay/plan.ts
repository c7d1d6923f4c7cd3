/** What `up` would do, without doing any of it. */
import { type BlobRef, operationName } from '../base/index.ts'
import { operationsDone } from '../branch/index.ts'
import { describeOperation } from '../journal/index.ts'
import { blobToInstall } from './apply.ts'
import { LatestFiles } from './latest.ts'
import { hasRebooted } from './reboot.ts'
import { type Step, type Stop, stepsAfter, stopBefore } from './steps.ts'
import type { UpDeps, UpOptions } from './up-types.ts'
import { VoidedOperations } from './voided-operations.ts'

export interface PlannedOperation {
  readonly name: string
  readonly text: string
  /** Its place in the whole journal; the first is 1. */
  readonly number: number
  /** Of its file; null when it has none. */
  readonly sizeBytes: number | null
  /** Whether the file is here, or would have to be fetched from another host first; null when it has none. */
  readonly here: boolean | null
  /** It is void, and passed over. */
  readonly void: boolean
}

export interface Plan {
  readonly operations: readonly PlannedOperation[]
  /** Why it would stop before the end of the journal; null when it would not. */
  readonly stop: { readonly reason: 'reboot' | 'reboot-needed' | Stop; readonly operation: string } | null
}

/** Goes through what is to be done as {@link up} does. OFF_BRANCH, CONFIG. */
export async function plan(
  deps: Pick<UpDeps, 'branch' | 'history' | 'machine' | 'store'>,
  options: UpOptions,
): Promise<Plan> {
  const { branch, history } = deps
  const before = await operationsDone(branch, history.standing.done)
  const voided = new VoidedOperations(branch)
  const latest = new LatestFiles(branch, options.lastNumber, voided)
  let passedOver = 0
  const operations: PlannedOperation[] = []
  /** A file that several operations install is fetched once. */
  const fetched = new Set<string>()
  for await (const step of stepsAfter(branch, history, before)) {
    const operation = operationName(step.ref.id, step.ref.index)
    const stop = stopBefore(step, branch, operations.length - passedOver, options)
    if (await voided.passes(step, stop)) {
      operations.push(passedOverAt(step))
      passedOver += 1
      continue
    }
    if (stop) return { operations, stop: { reason: stop, operation } }
    const needsReboot = step.operation.type === 'reboot' && !(await hasRebooted(deps, step.ref))
    if (needsReboot && !options.reboot) return { operations, stop: { reason: 'reboot-needed', operation } }
    operations.push(planned(deps, step, blobToInstall((await latest.newestOf(step)).operation), fetched))
    if (needsReboot) return { operations, stop: { reason: 'reboot', operation } }
  }
  return { operations, stop: null }
}

function passedOverAt({ ref, operation, number }: Step): PlannedOperation {
  const name = operationName(ref.id, ref.index)
  return { name, text: describeOperation(operation), number, sizeBytes: null, here: null, void: true }
}

function planned(
  { store }: Pick<UpDeps, 'store'>,
  { ref, operation, number }: Step,
  blob: BlobRef | undefined,
  fetched: Set<string>,
): PlannedOperation {
  const here = blob ? store.has(blob.id) || fetched.has(blob.id) : null
  if (blob) fetched.add(blob.id)
  return {
    name: operationName(ref.id, ref.index),
    text: describeOperation(operation),
    number,
    sizeBytes: blob ? blob.sizeBytes : null,
    here,
    void: false,
  }
}
