/**
 * `up`: does every operation of the journal that this host has not done, in
 * order, and stops at the first that fails; the next `up` begins there.
 */
import { type BlobRef, type Clock, IsconfError, type Log, operationName, toIsconfError } from '../base/index.ts'
import { type Branch, operationsDone, refuseSplit } from '../branch/index.ts'
import type { History, HistoryEvent, Machine, OperationRef, OutputListener } from '../host/index.ts'
import { describeOperation, type Operation } from '../journal/index.ts'
import type { BlobStore } from '../store/index.ts'
import { type Applied, apply, blobOf } from './apply.ts'
import { LatestFiles } from './latest.ts'

export interface UpDeps {
  readonly branch: Branch
  readonly history: History
  readonly machine: Machine
  readonly store: BlobStore
  readonly clock: Clock
  /** Gets a blob that is not here from the other hosts. BLOB_MISSING. */
  readonly fetchBlob: (ref: BlobRef, signal: AbortSignal) => Promise<void>
  readonly log: Log
}

/** Hears what `up` does while it does it. */
export interface UpListener {
  operation(name: string, text: string, number: number, total: number): void
  /** Waiting for a file that other hosts have. */
  waiting(name: string, ref: BlobRef): void
  /** Of a file recorded with `--latest` the newest version is installed instead: `by`. */
  newer(name: string, by: string): void
  /** How far the installation of a large file has come. */
  installing(path: string, doneBytes: number, totalBytes: number): void
  remark(text: string): void
  readonly output: OutputListener
}

/** How many operations were done. OPERATION_FAILED, BLOB_MISSING, SPLIT, OFF_BRANCH, INTERRUPTED. */
export async function up(deps: UpDeps, listener: UpListener, signal: AbortSignal): Promise<number> {
  const { branch, history } = deps
  const done = await operationsDone(branch, history.standing.done)
  const recorder = new Recorder(history)
  const latest = new LatestFiles(branch)
  let count = 0
  try {
    for await (const step of stepsAfter(branch, history, done)) {
      if (step.sequence > branch.commonLength) break
      signal.throwIfAborted()
      const name = operationName(step.ref.id, step.ref.index)
      listener.operation(name, describeOperation(step.operation), step.number, branch.journal.operationCount)
      const { ref, operation } = await latest.newestOf(step)
      if (operation !== step.operation) listener.newer(name, operationName(ref.id, ref.index))
      await doOperation(deps, recorder, { ...step, operation }, listener, signal)
      count += 1
    }
  } finally {
    await recorder.flush()
  }
  refuseSplit(branch)
  return count
}

interface Step {
  readonly ref: OperationRef
  readonly operation: Operation
  /** Of the changeset it is in. */
  readonly sequence: number
  /** Its place in the whole journal; the first is 1. */
  readonly number: number
}

/** The operations after the first `done` ones, also those that arrive meanwhile. */
async function* stepsAfter(branch: Branch, history: History, done: number): AsyncGenerator<Step> {
  const last = history.standing.done
  const after = last && done > 0 ? (branch.journal.sequenceOf(last.id) ?? 1) - 1 : 0
  for await (const { id, changeset } of branch.journal.changesetsAfter(after)) {
    for (const [index, operation] of changeset.operations.entries()) {
      const number = changeset.operationsBefore + index + 1
      if (number > done) yield { ref: { id, index }, operation, sequence: changeset.sequence, number }
    }
  }
}

async function doOperation(
  deps: UpDeps,
  recorder: Recorder,
  { ref, operation }: Step,
  listener: UpListener,
  signal: AbortSignal,
): Promise<void> {
  const name = operationName(ref.id, ref.index)
  const blob = blobOf(operation)
  if (blob && !(await deps.store.has(blob.id))) {
    // What was done before must not wait in memory for the network.
    await recorder.flush()
    listener.waiting(name, blob)
    await deps.fetchBlob(blob, signal)
  }
  await recorder.started(ref)
  let applied: Applied
  try {
    applied = await apply({ ...deps, onProgress: listener.installing }, operation, listener.output, signal)
  } catch (thrown) {
    const error = toIsconfError(thrown)
    await recorder.failed(ref, error.message)
    if (error.code === 'INTERRUPTED' || error.code === 'DISK_FULL') throw error
    throw failedAt(name, operation, error.message, error)
  }
  for (const remark of applied.remarks) listener.remark(remark)
  if (applied.status === 0) return recorder.finished(ref, applied)
  await recorder.failedWith(ref, applied)
  throw failedAt(name, operation, `it ended with exit status ${applied.status}`)
}

function failedAt(name: string, operation: Operation, reason: string, cause?: unknown): IsconfError {
  return new IsconfError('OPERATION_FAILED', `operation ${name} (${describeOperation(operation)}) failed: ${reason}`, {
    cause,
  })
}

/** Writes the history with one sync an operation: the end of one goes with the beginning of the next. */
class Recorder {
  readonly #history: History
  #waiting: HistoryEvent[] = []

  constructor(history: History) {
    this.#history = history
  }

  started(operation: OperationRef): Promise<void> {
    return this.#write({ event: 'started', operation })
  }

  finished(operation: OperationRef, { status, output }: Applied): void {
    this.#waiting.push({ event: 'finished', operation, status, output })
  }

  failedWith(operation: OperationRef, { status, output }: Applied): Promise<void> {
    return this.#write({ event: 'finished', operation, status, output })
  }

  failed(operation: OperationRef, reason: string): Promise<void> {
    return this.#write({ event: 'failed', operation, reason })
  }

  async flush(): Promise<void> {
    if (this.#waiting.length > 0) await this.#write()
  }

  async #write(...events: readonly HistoryEvent[]): Promise<void> {
    const all = [...this.#waiting, ...events]
    this.#waiting = []
    await this.#history.add(all)
  }
}
