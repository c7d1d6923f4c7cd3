/**
 * What the command line and the daemon say to each other: HTTP and JSON on
 * the unix socket `conf/.ctl`. A GET is answered with one JSON document, a
 * POST with a stream of events, one JSON document a line, of which the last
 * is a `result` or an `error`.
 */
/** The socket, below IS_HOME. */
export const socketName = 'conf/.ctl'

/** A file beside the socket while a daemon restarts itself: callers that find no daemon then wait a moment. */
export const restartingName = '.restarting'

/** Names the caller's process, so that its Ctrl-C stops what it asked for and nothing else. */
export const callerHeader = 'isconf-caller'

/** The largest request: a command's arguments, never a file's bytes. */
export const requestBytesMax = 4 * 1024 * 1024

/** Who asks: recorded with what they change. */
export interface Caller {
  readonly user: string
}
