/** The id that tells this machine from all others. */
import { readFileSync } from 'node:fs'

/** Made anew on each machine that is started from an image, as machine-id(5) tells. */
const machineIdPath = '/etc/machine-id'

/** Undefined where there is none yet. */
export function readMachineId(): string | undefined {
  try {
    const text = readFileSync(machineIdPath, 'utf8').trim()
    return /^[0-9a-f]{32}$/.test(text) ? text : undefined
  } catch {
    return undefined
  }
}
