/** What is asked about a tree as a branch has it, and the files of it. */

/** POST /v1/tree: its output is a `TreeEntry` a line, each after the directory that it is in. */
export interface TreeBody {
  /** An absolute path as the journal has it. */
  readonly path: string
  /** This host's when absent. */
  readonly branch?: string | undefined
}

/** POST /v1/blob: its output is the file that an operation of a branch carries. */
export interface BlobBody {
  /** The name of the operation. */
  readonly operation: string
  /** This host's when absent. */
  readonly branch?: string | undefined
}
