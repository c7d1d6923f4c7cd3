/** Operations that were begun on this host and interrupted, before `up` comes to them again. */
import type { OperationRef, StoppedOperation } from '../host/index.ts'
import type { Step } from './steps.ts'

export class InterruptedOperations {
  readonly #first: OperationRef | undefined
  readonly #last: OperationRef | undefined
  #isAmong = false

  /** `stopped` is where the host stood before. */
  constructor(stopped: StoppedOperation | undefined) {
    if (stopped?.interruptedSince === undefined) return
    this.#first = stopped.operation
    this.#last = stopped.through ?? stopped.operation
  }

  /** Whether some part of a step may be on the machine. To be called for each step, in their order. */
  mayBeHere({ ref, operation }: Pick<Step, 'ref' | 'operation'>): boolean {
    if (isSame(ref, this.#first)) this.#isAmong = true
    const { type } = operation
    const mayBe = this.#isAmong && (type === 'snap' || type === 'exec')
    if (isSame(ref, this.#last)) this.#isAmong = false
    return mayBe
  }
}

function isSame({ id, index }: OperationRef, other: OperationRef | undefined): boolean {
  return id === other?.id && index === other.index
}
