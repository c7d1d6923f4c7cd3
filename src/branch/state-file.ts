/** The state of a branch as it is kept on disk. */
import * as z from 'zod'
import { type Disk, IsconfError } from '../base/index.ts'
import { type BranchState, branchStateSchema } from './state.ts'

/** The state kept at `path`; undefined when there is none. STATE_DAMAGED. */
export async function readState(disk: Disk, path: string): Promise<BranchState | undefined> {
  const bytes = await disk.readFile(path)
  if (bytes === undefined) return undefined
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'))
    return z.parse(branchStateSchema, value)
  } catch {
    throw new IsconfError('STATE_DAMAGED', `${path} does not hold the state of a branch`)
  }
}
