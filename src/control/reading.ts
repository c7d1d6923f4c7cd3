/** What is asked for to read, and in what words and how many it is answered. */

/** As many as a shell offers. */
export const pathsMax = 500

/** The states that a host can be in, those that need somebody first; of several that hold it is in the first. */
export const hostStates = {
  stopped: 'it met an operation that it cannot do',
  boot: 'its last boot did not make it right',
  unheard: 'nothing has been heard from it for longer than it should be silent',
  held: '`up` does nothing there until somebody releases the host, or its branch, of which it has operations to do',
  behind: 'it has operations to do',
  differs: 'it differs from its journal: an operation was skipped, was done and is void, or was done here alone',
  unknown: 'it has not told where it stands, or stands where this host cannot tell',
  level: 'it has done all operations of its branch that are known here',
} as const

/** POST /v1/cat: its output is the file. */
export interface CatBody {
  readonly cwd: string
  readonly path: string
  /** The name of an operation; the newest when absent. */
  readonly at?: string | undefined
}
