/** `isconf seal`: removes the identity of a host, before its disk becomes an image. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '../base/clock.io.ts'
import { systemDisk } from '../base/disk.io.ts'
import { type Clock, type Disk, IsconfError, toIsconfError } from '../base/index.ts'
import { takePidFile } from '../base/pid-file.io.ts'
import { loadConfig } from '../config/index.ts'
import { History, KeptOutputs, machineIdPath, RebuildMark, readMachineId, renoteMachine } from '../host/index.ts'
import { refuseUnchecked, WorkInProgress } from '../origin/index.ts'

/** What another machine must not have: the key, whose it is, whom it has met, and who holds this one. */
const identityFiles = ['conf/host.key', 'conf/host.crt', 'conf/machine-id', 'conf/peers', 'conf/hold']

const unfinishedHint =
  'check it in first: isconf start, isconf ci; where only the id of the machine is another one: isconf seal --same-host'

/**
 * Removes key, history and locks, and keeps the journals, the files, and how far this host has come: a machine that is
 * made from its image goes on there. ALREADY_RUNNING, UNCHECKED_WORK, NEEDS_REBUILD.
 */
export async function sealHome(configPath: string | undefined): Promise<void> {
  const { home, host } = loadConfig({ configPath })
  // It was never started: there is nothing to take from it.
  if (!existsSync(join(home, 'conf'))) return
  const release = await takePidFile(join(home, 'conf/.pid'))
  try {
    await sealDisk({ disk: systemDisk, clock: systemClock }, home, host.short)
  } finally {
    await release()
  }
}

/** The same on a disk that nobody else uses. What a crash interrupts is finished by doing it again. */
export async function sealDisk(
  { disk, clock }: { readonly disk: Disk; readonly clock: Clock },
  home: string,
  host: string,
): Promise<void> {
  await refuseUnfinished(disk, home, host)
  await History.forget(disk, join(home, 'conf/history'), clock)
  await KeptOutputs.forgetAll(disk, join(home, 'output'))
  for (const branch of await disk.list(join(home, 'branches')))
    await disk.remove(join(home, 'branches', branch, 'state'))
  for (const name of identityFiles) await disk.remove(join(home, name))
}

/**
 * Notes that this is the same host under the machine id that the machine has now: key, history, locks and work stay.
 * ALREADY_RUNNING.
 */
export async function noteSameHost(configPath: string | undefined): Promise<void> {
  const { home } = loadConfig({ configPath })
  if (!existsSync(join(home, 'conf'))) return
  const release = await takePidFile(join(home, 'conf/.pid'))
  try {
    await renoteMachine(systemDisk, machineIdPath(home), readMachineId())
  } finally {
    await release()
  }
}

async function refuseUnfinished(disk: Disk, home: string, host: string): Promise<void> {
  const work = await WorkInProgress.open(disk, join(home, 'journal.wip'))
  const { header } = work
  await work.close()
  try {
    refuseUnchecked(work)
    if (header) throw new IsconfError('UNCHECKED_WORK', `${header.author} has locked branch ${header.branch} here`)
  } catch (thrown) {
    const { code, message } = toIsconfError(thrown)
    throw new IsconfError(code, message, { cause: thrown, hint: unfinishedHint })
  }
  const rebuild = await RebuildMark.open(disk, join(home, 'conf/needs-rebuild'))
  rebuild.refuse(host)
}
