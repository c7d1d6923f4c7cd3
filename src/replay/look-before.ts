/**
 * Looks at what is to be put in place or removed before any of it is. A directory is done as a whole, or, if something
 * in it would be stopped, not at all. See docs/design/look-before.md.
 */
import { posix } from 'node:path'
import type { OperationRef } from '../host/index.ts'
import type { Operation, SnapOperation } from '../journal/index.ts'
import type { Change, LookAhead } from '../machine/index.ts'
import type { LatestFiles } from './latest.ts'
import type { Limits, Step } from './steps.ts'
import type { UpDeps } from './up-types.ts'
import type { VoidedOperations } from './voided-operations.ts'

/** An operation that changes a path, as it is to be done. */
export interface PathStep {
  readonly ref: OperationRef
  /** The place of the operation in the journal. */
  readonly number: number
  /** The journal's, or a newer version of the same file. */
  readonly operation: SnapOperation
}

export interface Obstacle {
  readonly step: PathStep
  /** The first operation of the directory that it is done with, or itself. */
  readonly first: PathStep
  /** What stops it, in words. */
  readonly reason: string
}

export type LookDeps = Pick<UpDeps, 'machine' | 'store' | 'branch'>

/** What stops these steps, which follow each other. */
export async function obstaclesAt(
  look: LookAhead,
  { store }: Pick<LookDeps, 'store'>,
  steps: readonly PathStep[],
): Promise<readonly Obstacle[]> {
  const reasons = await look.obstacles(steps.map(({ operation }) => changeOf(operation, store)))
  const firsts = firstsOf(steps.map(({ operation }) => operation))
  return steps.flatMap((step, index) => {
    const reason = reasons[index]
    return reason === undefined ? [] : [{ step, reason, first: steps[firsts[index] ?? index] ?? step }]
  })
}

function changeOf(operation: SnapOperation, store: LookDeps['store']): Change {
  switch (operation.kind) {
    case 'removal':
      return { kind: operation.kind, path: operation.path }
    case 'directory':
    case 'symlink':
      return { kind: operation.kind, attributes: operation }
    case 'file': {
      const { id, sizeBytes } = operation.blob
      return { kind: operation.kind, attributes: operation, sizeBytes, isToBeFetched: !store.has(id) }
    }
  }
}

/** For each operation the index of the first one that it is done with: a directory comes after everything in it. */
export function firstsOf(operations: readonly SnapOperation[]): readonly number[] {
  const lastByDirectory = new Map<string, number>()
  for (const [index, { kind, path }] of operations.entries()) if (kind === 'directory') lastByDirectory.set(path, index)
  let first = 0
  let last = -1
  return operations.map(({ path }, index) => {
    if (index > last) first = index
    last = Math.max(last, index, lastWith(lastByDirectory, path))
    return first
  })
}

/** The index of the last directory that a path is, or lies in. */
function lastWith(lastByDirectory: ReadonlyMap<string, number>, path: string): number {
  let last = lastByDirectory.get(path) ?? -1
  for (let above = path; above !== '/'; ) {
    above = posix.dirname(above)
    last = Math.max(last, lastByDirectory.get(above) ?? -1)
  }
  return last
}

/** For `up`: looks at all steps that follow each other when it comes to the first of them. */
export class LookBefore {
  readonly #deps: LookDeps
  readonly #limits: Limits
  readonly #voided: VoidedOperations
  readonly #latest: LatestFiles
  readonly #remark: (text: string) => void
  #look: LookAhead | undefined
  /** The place of the last operation that was looked at. */
  #upTo = 0
  #obstacle: Obstacle | undefined

  constructor(
    deps: LookDeps,
    limits: Limits,
    voided: VoidedOperations,
    latest: LatestFiles,
    remark: (text: string) => void,
  ) {
    this.#deps = deps
    this.#remark = remark
    this.#limits = limits
    this.#voided = voided
    this.#latest = latest
  }

  /** What stops a step, or something that is done with it; `count` operations were done before it. */
  async obstacle(step: Step, count: number): Promise<Obstacle | undefined> {
    if (step.operation.type !== 'snap') return undefined
    if (step.number > this.#upTo) await this.#lookFrom(step, this.#limits.countMax - count)
    const { first } = this.#obstacle ?? {}
    return first !== undefined && first.number <= step.number ? this.#obstacle : undefined
  }

  async #lookFrom(step: Step, countMax: number): Promise<void> {
    // What came before may wait to be put in place; a command in between may have changed anything.
    if (this.#look === undefined || step.number !== this.#upTo + 1) this.#look = this.#deps.machine.lookAhead(true)
    const steps = await this.#following(step, countMax)
    const [obstacle] = await obstaclesAt(this.#look, this.#deps, steps)
    this.#obstacle = obstacle
    for (const text of this.#look.asides()) this.#remark(text)
  }

  /** What is done from a step on without a command or a reboot in between, within its changeset. */
  async #following({ ref, operations, sequence, number }: Step, countMax: number): Promise<readonly PathStep[]> {
    const steps: PathStep[] = []
    for (const [after, operation] of operations.slice(ref.index).entries()) {
      const own = { ref: { id: ref.id, index: ref.index + after }, sequence, number: number + after }
      if (!changesOnlyItsPath(operation) || own.number > this.#limits.lastNumber || steps.length >= countMax) break
      this.#upTo = own.number
      if (operation.type !== 'snap' || (await this.#voided.of(own.ref))) continue
      const { operation: newest } = await this.#latest.newestOf({ ...own, operation })
      if (newest.type === 'snap') steps.push({ ref: own.ref, number: own.number, operation: newest })
    }
    return steps
  }
}

/** Whether an operation changes nothing on the machine except the path that it names, if any. */
export function changesOnlyItsPath({ type }: Operation): boolean {
  return type === 'snap' || type === 'bank' || type === 'void'
}
