/** The memory that the daemon has lent, in the network process. */
import { closeSync } from 'node:fs'
import { pieceBytes } from '../base/index.ts'
import { type MappedMemory, systemCalls } from '../machine/index.ts'

/** Maps it, and closes its descriptors; undefined where that can't be done. */
export function mapLent(descriptors: readonly number[] = []): MappedMemory | undefined {
  const [memory] = descriptors
  try {
    return memory === undefined ? undefined : systemCalls().calls?.mapSharedMemory(memory, pieceBytes)
  } catch {
    return undefined
  } finally {
    for (const one of descriptors) closeSync(one)
  }
}
