/** What is asked about the host's domain: that it is left. */
import type { Caller } from './protocol.ts'

/** POST /v1/leave */
export interface LeaveBody extends Caller {
  readonly domain: string
}
