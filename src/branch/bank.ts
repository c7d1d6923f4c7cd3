/** The package bank of a branch: the files that its journal publishes by name and has not removed since. */
import { type BlobRef, Mutex, operationName } from '../base/index.ts'
import type { Journal, Operation } from '../journal/index.ts'
import type { Branch } from './branch.ts'

export interface BankFile {
  readonly name: string
  readonly blob: BlobRef
  /** The name of the operation that published it; empty for one that is not checked in. */
  readonly operation: string
}

export type BankFiles = ReadonlyMap<string, BankFile>

/** What every branch publishes: a journal is read once, then what is added to it. */
export class Banks {
  readonly #bankByBranch = new WeakMap<Branch, Bank>()

  /** By name, as the newest changeset known here has them, whatever this host has done. */
  filesOf(branch: Branch): Promise<BankFiles> {
    const bank = this.#bankByBranch.get(branch) ?? new Bank(branch)
    this.#bankByBranch.set(branch, bank)
    return bank.files()
  }
}

/** What is published after some operations more. */
export function bankAfter(files: BankFiles, operations: readonly Operation[]): BankFiles {
  const after = new Map(files)
  for (const operation of operations) note(after, operation, '')
  return after
}

class Bank {
  readonly #branch: Branch
  readonly #turn = new Mutex()
  #journal: Journal | undefined
  #readUpTo = 0
  #fileByName = new Map<string, BankFile>()

  constructor(branch: Branch) {
    this.#branch = branch
  }

  files(): Promise<BankFiles> {
    return this.#turn.run(async () => {
      for (;;) {
        const { journal } = this.#branch
        try {
          await this.#read(journal)
          return this.#fileByName
        } catch (error) {
          // A line that is followed no more is closed.
          if (journal === this.#branch.journal) throw error
        }
      }
    })
  }

  async #read(journal: Journal): Promise<void> {
    if (journal !== this.#journal) {
      this.#journal = journal
      this.#readUpTo = 0
      this.#fileByName = new Map()
    }
    for await (const { id, changeset } of journal.changesetsAfter(this.#readUpTo)) {
      for (const [index, operation] of changeset.operations.entries())
        note(this.#fileByName, operation, operationName(id, index))
      this.#readUpTo = changeset.sequence
    }
  }
}

function note(fileByName: Map<string, BankFile>, operation: Operation, operationText: string): void {
  if (operation.type !== 'bank') return
  const { name } = operation
  if (operation.kind === 'file') fileByName.set(name, { name, blob: operation.blob, operation: operationText })
  else fileByName.delete(name)
}
