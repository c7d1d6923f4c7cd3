/** What `up` would do, without doing any of it. */
import { type BlobRef, operationName } from '../base/index.ts'
import { operationsDone } from '../branch/index.ts'
import { describeOperation, type Operation } from '../journal/index.ts'
import type { LookAhead } from '../machine/index.ts'
import { blobToInstall } from './apply.ts'
import { LatestFiles } from './latest.ts'
import { changesOnlyItsPath, obstaclesAt, type PathStep } from './look-before.ts'
import { hasRebooted } from './reboot.ts'
import { type Step, type Stop, stepsAfter, stopBefore } from './steps.ts'
import type { UpDeps, UpOptions } from './up-types.ts'
import { VoidedOperations } from './voided-operations.ts'

export interface PlannedOperation {
  readonly name: string
  readonly text: string
  /** Its place in the whole journal; the first is 1. */
  readonly number: number
  /** Size of its file; null if it has none. */
  readonly sizeBytes: number | null
  /** Whether the file is here, or would have to be fetched first; null if it has none. */
  readonly here: boolean | null
  /** It is void, and passed over. */
  readonly void: boolean
}

/** Something that would stop `up` at one of these operations. */
export interface PlannedObstacle {
  readonly operation: string
  readonly path: string
  /** In words, the path among them. */
  readonly reason: string
  /** The first operation that would not be done: a directory is done as a whole or not at all. */
  readonly stopsBefore: string
  /** False after a command or a reboot, which may change what was seen. */
  readonly certain: boolean
}

export interface Plan {
  readonly operations: readonly PlannedOperation[]
  /** In the order of the operations. */
  readonly obstacles: readonly PlannedObstacle[]
  /** What plain users have put in the way and would be moved aside, in words. */
  readonly asides: readonly string[]
  /**
   * Why it would stop before the end of the journal, and at or before which operation, if there is one; null if it would
   * not.
   */
  readonly stop: { readonly reason: 'reboot' | 'reboot-needed' | Stop; readonly operation: string | null } | null
}

type PlanDeps = Pick<UpDeps, 'branch' | 'history' | 'machine' | 'store'>

/** Goes through what is to be done as {@link up} does, and looks at each path. OFF_BRANCH, CONFIG. */
export async function plan(deps: PlanDeps, options: UpOptions): Promise<Plan> {
  const look = new PlannedLook(deps)
  const { operations, stop } = await walk(deps, options, look)
  return { operations, obstacles: await look.end(), asides: look.asides, stop }
}

async function walk(deps: PlanDeps, options: UpOptions, look: PlannedLook): Promise<Pick<Plan, 'operations' | 'stop'>> {
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
    const newest = (await latest.newestOf(step)).operation
    await look.add(step, newest)
    operations.push(planned(deps, step, blobToInstall(newest), fetched))
    if (needsReboot) return { operations, stop: { reason: 'reboot', operation } }
  }
  // All of this host's own line is done, or will be, and `up` refuses the split nevertheless.
  return { operations, stop: branch.isSplit ? { reason: 'split', operation: null } : null }
}

/** Looks at the paths as `up` does: in each changeset, at what is done without a command in between. */
class PlannedLook {
  readonly #deps: PlanDeps
  readonly #look: LookAhead
  readonly #obstacles: PlannedObstacle[] = []
  #steps: PathStep[] = []
  #isCertain = true

  constructor(deps: PlanDeps) {
    this.#deps = deps
    this.#look = deps.machine.lookAhead(false)
  }

  /** See {@link Plan.asides}. */
  get asides(): readonly string[] {
    return this.#look.asides()
  }

  async add({ ref, number }: Step, operation: Operation): Promise<void> {
    const isQuiet = changesOnlyItsPath(operation)
    if (!isQuiet || this.#steps[0]?.ref.id !== ref.id) await this.end()
    if (operation.type === 'snap') this.#steps.push({ ref, number, operation })
    if (!isQuiet) this.#isCertain = false
  }

  async end(): Promise<readonly PlannedObstacle[]> {
    const found = await obstaclesAt(this.#look, this.#deps, this.#steps)
    this.#steps = []
    const nameOf = ({ ref }: PathStep): string => operationName(ref.id, ref.index)
    for (const { step, first, reason } of found) {
      const { path } = step.operation
      const places = { operation: nameOf(step), path, reason, stopsBefore: nameOf(first) }
      this.#obstacles.push({ ...places, certain: this.#isCertain })
    }
    return this.#obstacles
  }
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
