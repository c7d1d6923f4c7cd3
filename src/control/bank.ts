/** What is asked about the package bank. */
import type { Caller } from './protocol.ts'

/** The bank's files by name: below its address, which ends here. */
export const bankPath = '/pkgbank'

/** POST /v1/bank-add */
export interface BankAddBody extends Caller {
  readonly cwd: string
  readonly paths: readonly string[]
}

/** POST /v1/bank-remove; the result is null. */
export interface BankRemoveBody extends Caller {
  readonly names: readonly string[]
}

/** POST /v1/bank-get: its output is the file. */
export interface BankGetBody {
  readonly name: string
  /** This host's when absent. */
  readonly branch?: string | undefined
}
