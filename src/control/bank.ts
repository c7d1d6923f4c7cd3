/** What is asked and answered about the package bank, and about a tree as a branch has it. */
import type { Caller } from './api.ts'

/** The bank's files by name: below its address, which ends here. */
export const bankPath = '/pkgbank'

/** POST /v1/bank-add */
export interface BankAddBody extends Caller {
  readonly cwd: string
  readonly paths: readonly string[]
}

export interface BankAddAnswer {
  readonly files: readonly BankAddedFile[]
}

export interface BankAddedFile {
  readonly name: string
  readonly sizeBytes: number
  readonly sha256: string
  /** False when it was published already with this content. */
  readonly added: boolean
}

/** POST /v1/bank-remove; the result is null. */
export interface BankRemoveBody extends Caller {
  readonly names: readonly string[]
}

/** GET /v1/bank?branch=NAME: what a branch publishes, this host's when none is named. */
export interface BankAnswer {
  readonly branch: string
  /** `http://127.0.0.1:PORT/pkgbank`; null while the port can't be had. It offers what this host's branch publishes. */
  readonly address: string | null
  /** By name. */
  readonly files: readonly BankRow[]
}

export interface BankRow {
  readonly name: string
  readonly sizeBytes: number
  readonly sha256: string
  /** The name of the operation that published it. */
  readonly operation: string
  /** Whether the whole file is here, or would be fetched from the other hosts. */
  readonly here: boolean
}

/** POST /v1/bank-get: its output is the file. */
export interface BankGetBody {
  readonly name: string
  /** This host's when absent. */
  readonly branch?: string | undefined
}

/** The result of POST /v1/bank-get and /v1/blob. */
export interface BlobAnswer {
  readonly sizeBytes: number
  readonly sha256: string
}

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
