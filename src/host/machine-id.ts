/** Tells a home that has come to another machine with a disk image from one that has not. */
import { type Disk, IsconfError } from '../base/index.ts'

/** Where it is noted which machine this home is of. */
export function machineIdPath(home: string): string {
  return `${home}/conf/machine-id`
}

/**
 * Notes at the first start, in the file at `path`, which machine this is. CLONED when it was another one,
 * STATE_DAMAGED when the file says of none. A machine without an id can't be told from others.
 */
export async function noteMachine(disk: Disk, path: string, machineId: string | undefined): Promise<void> {
  if (machineId === undefined) return
  const noted = await disk.readFile(path)
  if (noted === undefined) return disk.replaceFile(path, `${machineId}\n`)
  const before = Buffer.from(noted).toString('utf8').trim()
  if (!/^[0-9a-f]{32}$/.test(before))
    throw new IsconfError('STATE_DAMAGED', `${path} does not hold the id of a machine`)
  if (before !== machineId) {
    throw new IsconfError(
      'CLONED',
      `the identity in ${path} belongs to machine ${before}, and this machine is ${machineId}`,
    )
  }
}

/** Notes another id of the same machine, as it gets one from systemd-machine-id-setup. */
export async function renoteMachine(disk: Disk, path: string, machineId: string | undefined): Promise<void> {
  if (machineId !== undefined) await disk.replaceFile(path, `${machineId}\n`)
}
