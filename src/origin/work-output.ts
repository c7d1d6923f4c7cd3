/**
 * The output of commands on their origin. Operations have no names before they are checked in: until then their output
 * is kept by their place in the work, and afterwards by their names, as on every other host.
 */
import { parseOperationKey, toIsconfError } from '../base/index.ts'
import { type OperationRef, toKey, unrecordedKey } from '../host/index.ts'
import type { ExecOperation, Operation, SignedChangeset } from '../journal/index.ts'
import type { OriginDeps } from './work.ts'
import type { WorkHeader } from './work-in-progress.ts'

/** The name for the output of the work until it is checked in. */
export function workOutputRef({ base }: WorkHeader, index: number, { argv, cwd }: ExecOperation): OperationRef {
  return parseOperationKey(unrecordedKey(JSON.stringify({ base, index, argv, cwd })))
}

/** Gives the kept output of the first `count` operations the names that these have now. */
export async function nameWorkOutputs(
  { outputs, log }: Pick<OriginDeps, 'outputs' | 'log'>,
  header: WorkHeader,
  { id, changeset }: SignedChangeset,
  count: number,
): Promise<void> {
  try {
    for (const [index, operation] of changeset.operations.slice(0, count).entries()) {
      const key = workOutputKey(header, index, operation)
      if (key !== undefined) await outputs.rename(key, { id, index })
    }
  } catch (thrown) {
    log.warn({}, `what commands wrote is not kept: ${toIsconfError(thrown).message}`)
  }
}

/** The same for one operation of the work, as a whole name; undefined if it is no command. */
export function workOutputKey(header: WorkHeader, index: number, operation: Operation | undefined): string | undefined {
  if (operation?.type !== 'exec') return undefined
  return toKey(workOutputRef(header, index, operation))
}
