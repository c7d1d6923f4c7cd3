/** What `up` says about each of its steps, to its listener and in the log. */
import { operationName } from '../base/index.ts'
import type { Voided } from '../branch/index.ts'
import type { OperationRef } from '../host/index.ts'
import { describeOperation, type Operation } from '../journal/index.ts'
import type { Step } from './steps.ts'
import type { UpDeps, UpListener } from './up-types.ts'

/** What is done for a step, and what is said of it. */
export interface UpStep {
  readonly ref: OperationRef
  /** The step's own, or a newer version of its file. */
  readonly operation: Operation
  /** What the journal says, in words. */
  readonly text: string
  readonly number: number
  /** Of the changeset it is in. */
  readonly sequence: number
  /** The operation whose version of the file is installed instead. */
  readonly newerBy: string | undefined
}

export interface Account extends UpListener {
  begun(step: UpStep): void
  finished(step: UpStep): void
  /** `mayBeHere`: some part of it may be on this host. */
  voided(step: Step, voided: Voided, mayBeHere: boolean): void
}

/** Tells the listener and the log of each step. */
export function accountOf({ branch, log, history }: UpDeps, listener: UpListener): Account {
  const { stopped } = history.standing
  const since = ({ id, index }: OperationRef): string | undefined =>
    stopped?.operation.id === id && stopped.operation.index === index ? stopped.interruptedSince : undefined
  return {
    ...listener,
    begun: ({ ref, text, number, newerBy }) => {
      const name = operationName(ref.id, ref.index)
      listener.operation(name, text, number, branch.journal.operationCount)
      log.info({ operation: name }, `up: ${text}: begun`)
      const interruptedSince = since(ref)
      if (interruptedSince !== undefined) {
        const again = `operation ${name} was begun at ${interruptedSince} and interrupted: it is done from its beginning`
        listener.remark(again)
        log.warn({ operation: name }, again)
      }
      if (newerBy !== undefined) listener.newer(name, newerBy)
    },
    voided: ({ ref, operation }, { by, author, why }, mayBeHere) => {
      const name = operationName(ref.id, ref.index)
      const text = describeOperation(operation)
      listener.passedOver(name, text, operationName(by.id, by.index))
      log.info({ operation: name }, `up: ${text}: passed over, because ${author} made it void: ${why}`)
      if (!mayBeHere) return
      const begun = `operation ${name} was begun here and interrupted before it became void: look at what it has done, and see isconf status`
      listener.remark(begun)
      log.warn({ operation: name }, begun)
    },
    finished: ({ ref, text }) => {
      log.info({ operation: operationName(ref.id, ref.index), status: 0 }, `up: ${text}: finished with exit status 0`)
    },
  }
}
