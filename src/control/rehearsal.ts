/** What is asked and answered about a rehearsal. */
import type { Caller } from './protocol.ts'

/** POST /v1/rehearse */
export interface RehearseBody extends Caller {
  readonly cwd: string
  /** Commands see the host's network. */
  readonly net?: boolean | undefined
  /** The host that the work is rehearsed on, by its name or its id; this one when absent. */
  readonly on?: string | undefined
  /** A command that is not done yet, in place of the work. */
  readonly argv?: readonly string[] | undefined
}

export interface RehearsalAnswer {
  readonly branch: string
  /** The host that it was rehearsed on. */
  readonly host: string
  readonly of: 'work' | 'pending' | 'command'
  readonly operations: readonly RehearsedOperation[]
}

export interface RehearsedOperation {
  /** The first is 1. */
  readonly number: number
  /** Null of what is not checked in. */
  readonly name: string | null
  readonly text: string
  readonly verdict: 'passes' | 'fails' | 'fails again' | 'not judged' | 'not reached'
  /** Exit status; null of what was not done. */
  readonly status: number | null
  readonly why: string | null
}
