/**
 * Installs operations that follow each other together: a disk takes a hundred syncs at once in little more time than
 * one. The history says that they are begun before any of them is, and that they are done when everything that they
 * changed is durable.
 */
import { type BlobRef, type ErrorCode, IsconfError, operationName, toIsconfError } from '../base/index.ts'
import type { OperationRef } from '../host/index.ts'
import { describeInBrief, type Operation } from '../journal/index.ts'
import { type ApplyDeps, applyInstalls, blobToInstall, type InstallOperation } from './apply.ts'
import type { Recorder } from './recorder.ts'
import { wayOn, withWayOn } from './way-on.ts'

/** At most so many operations, and so many bytes of them, may be undone by a crash and done again by the next `up`. */
const operationsMax = 256
const bytesMax = 32 * 1024 * 1024

/** One step: what is in the journal, and what is done, which may be a newer version of the same file. */
export interface InstallStep {
  readonly ref: OperationRef
  readonly operation: InstallOperation
}

export interface InstallDeps extends Omit<ApplyDeps, 'onProgress'> {
  /** Gets a blob that is not here from the other hosts. BLOB_MISSING. */
  readonly fetchBlob: (ref: BlobRef, signal: AbortSignal) => Promise<void>
}

interface Asked<S> {
  /** Called for a step before it is done: throws if it is not to be done any more. */
  readonly refuseOffLine: (step: S) => Promise<void>
}

export interface InstallListener<S extends InstallStep> {
  /** The turn of an operation has come. */
  begun(step: S): void
  finished(step: S): void
  /** Waiting for a file that other hosts have. */
  waiting(name: string, ref: BlobRef): void
  /** How far the installation of a large file has come. */
  installing(path: string, doneBytes: number, totalBytes: number): void
  remark(text: string): void
}

export class InstallBatch<S extends InstallStep> {
  readonly #deps: InstallDeps & Asked<S>
  readonly #recorder: Recorder
  readonly #listener: InstallListener<S>
  #steps: S[] = []
  #bytes = 0

  constructor(deps: InstallDeps & Asked<S>, recorder: Recorder, listener: InstallListener<S>) {
    this.#deps = deps
    this.#recorder = recorder
    this.#listener = listener
  }

  /** Whether an operation may be added. One whose file is not here, and must be waited for, begins a new batch. */
  takes(operation: InstallOperation): boolean {
    if (this.#steps.length === 0) return true
    const bytes = this.#bytes + bytesOf(operation)
    return this.#steps.length < operationsMax && bytes <= bytesMax && this.#missingBlob(operation) === undefined
  }

  add(step: S): void {
    this.#steps.push(step)
    this.#bytes += bytesOf(step.operation)
  }

  /**
   * Does what was added. OPERATION_FAILED for the first that fails: those before it are done, those after it are not.
   */
  async run(signal: AbortSignal): Promise<void> {
    let rest = this.#steps
    this.#steps = []
    this.#bytes = 0
    for (let [first] = rest; first !== undefined; [first] = rest) {
      signal.throwIfAborted()
      for (const step of rest) await this.#deps.refuseOffLine(step)
      this.#listener.begun(first)
      await this.#fetchMissing(first, signal)
      rest = rest.slice(await this.#runSome(first, rest, signal))
    }
  }

  /** Does the first step, and as many as go with it. Returns how many. */
  async #runSome(first: S, steps: readonly S[], signal: AbortSignal): Promise<number> {
    await this.#recorder.startedTogether(first.ref, steps.at(-1)?.ref ?? first.ref)
    const operations = steps.map(({ operation }) => operation)
    const deps = { ...this.#deps, onProgress: this.#listener.installing }
    const applied = await applyInstalls(deps, operations, signal).catch(async (thrown: unknown) => {
      throw await recordFailure(this.#recorder, first.ref, first.operation, thrown)
    })
    for (const [index, step] of steps.slice(0, applied.length).entries()) {
      if (index > 0) this.#listener.begun(step)
      for (const remark of applied[index]?.remarks ?? []) this.#listener.remark(remark)
      const remarks = applied[index]?.remarks ?? []
      this.#recorder.finished(step.ref, { status: 0, output: '', remarks })
      this.#listener.finished(step)
    }
    return applied.length
  }

  /** Also fetches what was here when it was added: a damaged copy is dropped when it is read. */
  async #fetchMissing({ ref, operation }: S, signal: AbortSignal): Promise<void> {
    const blob = this.#missingBlob(operation)
    if (blob === undefined) return
    // What was done before must not wait in memory for the network.
    await this.#recorder.flush()
    this.#listener.waiting(operationName(ref.id, ref.index), blob)
    await this.#deps.fetchBlob(blob, signal).catch((thrown: unknown) => {
      throw withWayOn(ref, thrown)
    })
  }

  #missingBlob(operation: InstallOperation): BlobRef | undefined {
    const blob = blobToInstall(operation)
    return blob && !this.#deps.store.has(blob.id) ? blob : undefined
  }
}

function bytesOf(operation: InstallOperation): number {
  return blobToInstall(operation)?.sizeBytes ?? 0
}

/**
 * Notes that an operation failed. Returns what to throw: OPERATION_FAILED, or the failure itself if the operation is
 * not to blame.
 */
export async function recordFailure(
  recorder: Recorder,
  ref: OperationRef,
  operation: Operation,
  thrown: unknown,
): Promise<IsconfError> {
  const error = toIsconfError(thrown)
  await recorder.failed(ref, error.message)
  if (error.code === 'INTERRUPTED' || error.code === 'DISK_FULL') return error
  return failedAt(ref, operation, error.message, { cause: error })
}

/** Failures with a known remedy, which is named before the general one. */
const knownCauses: readonly ErrorCode[] = ['COMMAND_NOT_RUN', 'OPEN_TO_OTHERS', 'UNSAFE_LINK']
const stayHint = 'this host has stopped at that operation; fix the cause and run `isconf up` again'

/** OPERATION_FAILED, which names the operation. */
export function failedAt(
  ref: OperationRef,
  operation: Operation,
  reason: string,
  { cause, before }: { readonly cause?: IsconfError; readonly before?: OperationRef | undefined } = {},
): IsconfError {
  const name = operationName(ref.id, ref.index)
  return new IsconfError('OPERATION_FAILED', `operation ${name} (${describeInBrief(operation)}) failed: ${reason}`, {
    cause,
    hint: wayOn(ref, firstWay(cause), before),
  })
}

function firstWay(cause: IsconfError | undefined): string {
  // It says itself that this is to be done again.
  if (cause?.code === 'COMMAND_LEFT') return cause.hint
  return cause && knownCauses.includes(cause.code) ? `${cause.hint}; ${stayHint}` : stayHint
}
