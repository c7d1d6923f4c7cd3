/** A machine that gets another id while its daemon runs, as by a recorded systemd-machine-id-setup, is the same machine. */
import { systemDisk } from '../base/disk.io.ts'
import type { Log } from '../base/index.ts'
import { machineIdPath, readMachineId, renoteMachine } from '../host/index.ts'

/**
 * To be called after each verb: notes a changed id of the machine, so that the next start does not take it for a clone.
 */
export function sameMachine(home: string, log: Log): () => Promise<void> {
  let known = readMachineId()
  return async () => {
    const now = readMachineId()
    if (now === undefined || now === known) return
    await renoteMachine(systemDisk, machineIdPath(home), now)
    log.info({ machineId: now }, 'the machine has another id; this is still the same host')
    known = now
  }
}
