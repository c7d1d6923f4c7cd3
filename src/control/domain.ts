/** What the command line and the daemon say to each other of the host's domain: none, another one, one that was left. */
import type { ErrorCode } from '../base/index.ts'
import type { Caller } from './protocol.ts'
import type { Status } from './status.ts'

/** POST /v1/leave */
export interface LeaveBody extends Caller {
  readonly domain: string
}

export interface LeaveAnswer {
  readonly domain: string
  /** Where what this host had of it is kept. */
  readonly directory: string
  /** How many operations were done here that no other host of its domain gets. */
  readonly operations: number
  /** The first thousand of them, in words. */
  readonly texts: readonly string[]
}

/** GET /v1/status of a daemon that waits until its host can take part in a domain: this, and nothing of {@link Status}. */
export interface WaitingStatus {
  readonly host: string
  readonly release: string
  readonly pid: number
  /** Null when none is set. */
  readonly domain: { readonly name: string; readonly source: string } | null
  /** What it waits for, and the one next step. */
  readonly waiting: { readonly code: ErrorCode; readonly message: string; readonly hint: string }
}
