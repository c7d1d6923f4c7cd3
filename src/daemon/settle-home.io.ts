/** What a daemon puts in order in its home before it meets anybody. */
import type { Logger } from 'pino'
import { systemDisk as disk } from '../base/disk.io.ts'
import type { Opening } from '../base/index.ts'
import { machineIdPath, noteMachine, readMachineId } from '../host/index.ts'
import { temporaryFilesOf } from '../machine/index.ts'

/** Removes what the daemon before has left, and notes on which machine this is. Fails as {@link noteMachine} does. */
export async function settleHome(home: string, log: Logger, opening: Opening): Promise<void> {
  for (const path of await temporaryFilesOf(home).removeLeft())
    log.info({ path }, `removed ${path}: an installation that was killed left it`)
  const path = machineIdPath(home)
  await opening(path, () => noteMachine(disk, path, readMachineId()))
}
