import * as z from 'zod'
import type { BankAnswer, BankRow } from '../../control/index.ts'
import { branchNamed } from './shared/branch-named.ts'
import { branchName } from './shared/input.ts'
import type { Parts } from './shared/parts.ts'
import { request } from './shared/request.ts'

export const bankRequest = request({
  name: 'bank',
  kind: 'query',
  result: 'what a branch publishes in the package bank',
  details:
    '`branch`, `address` (as in status), `files`: `name`, `sizeBytes`, `sha256`, `operation` (the one that published ' +
    'it), `here` (whether the whole file is on this host), by name.',
  input: z.strictObject({ branch: branchName }),
  run: async (
    parts: Pick<Parts, 'branch' | 'branches' | 'banks' | 'store' | 'process'>,
    { branch: name },
  ): Promise<BankAnswer> => {
    const branch = branchNamed(parts, name)
    const { banks, store, process } = parts
    const files = [...(await banks.filesOf(branch)).values()].sort((a, b) => (a.name < b.name ? -1 : 1))
    const rows = files.map(({ name, blob, operation }): BankRow => {
      return { name, sizeBytes: blob.sizeBytes, sha256: blob.id, operation, here: store.has(blob.id) }
    })
    return { branch: branch.name, address: process.bankAddress() ?? null, files: rows }
  },
})
