/** The package bank of a branch: the files that its journal publishes by name and has not removed since. */
import type { BlobRef } from '../base/index.ts'
import type { Operation } from '../journal/index.ts'
import type { Branch } from './branch.ts'
import { JournalFold } from './journal-fold.ts'

export interface BankFile {
  readonly name: string
  readonly blob: BlobRef
  /** The name of the operation that published it; empty for one that is not checked in. */
  readonly operation: string
}

export type BankFiles = ReadonlyMap<string, BankFile>

/** What every branch publishes: a journal is read once, then what is added to it. */
export class Banks {
  readonly #bankByBranch = new WeakMap<Branch, JournalFold<Map<string, BankFile>>>()

  /** By name, as the newest changeset known here has them, whatever this host has done. */
  filesOf(branch: Branch): Promise<BankFiles> {
    const bank = this.#bankByBranch.get(branch) ?? new JournalFold(branch, { begin: () => new Map(), note })
    this.#bankByBranch.set(branch, bank)
    return bank.state()
  }
}

/** What is published after some operations more. */
export function bankAfter(files: BankFiles, operations: readonly Operation[]): BankFiles {
  const after = new Map(files)
  for (const operation of operations) note(after, operation, '')
  return after
}

function note(fileByName: Map<string, BankFile>, operation: Operation, operationText: string): void {
  if (operation.type !== 'bank') return
  const { name } = operation
  if (operation.kind === 'file') fileByName.set(name, { name, blob: operation.blob, operation: operationText })
  else fileByName.delete(name)
}
