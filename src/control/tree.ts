/** What is asked and answered about a tree as a branch has it, and the files of it. */

/** POST /v1/tree: its output is a {@link TreeEntry} a line, each after the directory that it is in. */
export interface TreeBody {
  /** An absolute path as the journal has it. */
  readonly path: string
  /** This host's when absent. */
  readonly branch?: string | undefined
}

export interface TreeAnswer {
  readonly branch: string
  /** The newest changeset that is known here, which was looked at. */
  readonly head: string
  /** How many entries there are. */
  readonly entries: number
}

/** What the newest operations of a branch say of a path; what they have removed has none. */
export type TreeEntry = {
  readonly path: string
  /** The whole name of the operation, for POST /v1/blob: the changeset's id, a colon, and the index. */
  readonly operation: string
  readonly owner: TreeOwner
  readonly mtimeMs: number
} & (
  | { readonly kind: 'file'; readonly mode: number; readonly sizeBytes: number; readonly sha256: string }
  | { readonly kind: 'directory'; readonly mode: number }
  | { readonly kind: 'symlink'; readonly target: string }
)

export interface TreeOwner {
  readonly uid: number
  readonly gid: number
  /** Names, empty where there was none. */
  readonly user: string
  readonly group: string
}

/** POST /v1/blob: its output is the file that an operation of a branch carries. */
export interface BlobBody {
  /** The name of the operation. */
  readonly operation: string
  /** This host's when absent. */
  readonly branch?: string | undefined
}
