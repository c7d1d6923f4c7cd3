/** What is asked about what is to be done here: up, and plan, which tells what up would do. */
import type { Caller } from './protocol.ts'

/** How far `up` goes: POST /v1/up, and the query of GET /v1/plan. */
export interface UpLimits {
  /** Whether a reboot in the journal may be done. */
  readonly reboot?: boolean | undefined
  /** The name of the last operation to do. */
  readonly to?: string | undefined
  /** One operation and no more. */
  readonly step?: boolean | undefined
}

/** POST /v1/up */
export interface UpBody extends Caller, UpLimits {
  /** Why it goes on although this host, or its branch, is held. */
  readonly despite?: string | undefined
}
