/** What is asked about a rehearsal. */
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
