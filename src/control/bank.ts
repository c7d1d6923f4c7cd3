/** What is asked and answered about the package bank. */
import type { Caller } from './protocol.ts'

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
