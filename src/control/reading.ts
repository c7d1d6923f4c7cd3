/** The requests that only read, and the words and limits of their answers. */

/** As many as a shell offers. */
export const pathsMax = 500

/** The states of a host, those that need attention first. If several apply, the first counts. */
export const hostStates = {
  stopped: 'it met an operation that it cannot do',
  boot: 'its last boot did not make it right',
  unheard: 'nothing has been heard from it for longer than it should be silent',
  held: '`up` does nothing there until somebody releases the host, or its branch, of which it has operations to do',
  split: '`up` goes no further there until somebody has chosen a line of its branch, which is split',
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
