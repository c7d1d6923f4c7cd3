/**
 * What the command line and the daemon say to each other: HTTP and JSON on
 * the unix socket `conf/.ctl`. A GET is answered with one JSON document, a
 * POST with a stream of events, one JSON document a line, of which the last
 * is a `result` or an `error`.
 */
import type { ErrorCode } from '../base/index.ts'

/** The socket, below IS_HOME. */
export const socketName = 'conf/.ctl'

/** Beside the socket while a daemon restarts itself: who finds nobody there waits a moment. */
export const restartingName = '.restarting'

/** Names the caller's process, so that its Ctrl-C stops what it asked for and nothing else. */
export const callerHeader = 'isconf-caller'

/** The largest request: a command's arguments, never a file's bytes. */
export const requestBytesMax = 4 * 1024 * 1024

/** One line of the answer to a POST. */
export type ControlEvent =
  /**
   * What the daemon is doing; not shown with -q. On a screen the next is written over what `counts` (bytes, paths) and
   * over a `step` of many; elsewhere a step has a line of its own, and what counts is not shown.
   */
  | {
      readonly event: 'progress'
      readonly text: string
      readonly counts?: true | undefined
      readonly step?: true | undefined
    }
  /** Something a person should know, also with -q. */
  | { readonly event: 'remark'; readonly text: string }
  /** What a command wrote, in base64: it need not be text. */
  | { readonly event: 'output'; readonly stream: 'stdout' | 'stderr'; readonly bytes: string }
  /** Nothing new: who hears nothing at all takes the daemon for lost. */
  | { readonly event: 'alive' }
  | { readonly event: 'result'; readonly result: unknown }
  | ErrorEvent

/** How a failure is told: as the last event of a POST, and as the whole answer of a GET. */
export interface ErrorEvent {
  readonly event: 'error'
  readonly code: ErrorCode
  readonly message: string
  readonly hint: string
  readonly exit: number
}

/** Who asks: recorded with what they change. */
export interface Caller {
  readonly user: string
}
