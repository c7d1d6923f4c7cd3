/** Keeping what a command wrote, when it has ended. */
import { type Log, operationName, toIsconfError } from '../base/index.ts'
import type { OutputEnd } from '../machine/index.ts'
import { type OperationRef, toKey } from './history-entry.ts'
import type { KeptOutputs } from './kept-outputs.ts'

export interface KeepOutputDeps {
  readonly outputs: Pick<KeptOutputs, 'keep' | 'forget'>
  readonly log: Log
}

/** Keeps it in place of what the operation wrote before. It is a help and no record: a disk that is full stops nothing. */
export async function keepOutput(
  { outputs, log }: KeepOutputDeps,
  ref: OperationRef,
  written: OutputEnd | undefined,
): Promise<void> {
  try {
    await (written ? outputs.keep(ref, written) : outputs.forget(toKey(ref)))
  } catch (thrown) {
    const text = `what it wrote is not kept: ${toIsconfError(thrown).message}`
    log.warn({ operation: operationName(ref.id, ref.index) }, text)
  }
}
