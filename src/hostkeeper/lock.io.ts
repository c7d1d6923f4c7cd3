/**
 * One thing at a time changes a host: whoever runs make, or updates the tree,
 * has the lock. Beside it stands the process group of make: it lives on when
 * hostkeeper is killed, and a second make must not start beside it.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { systemDisk } from '../base/disk.io.ts'
import { diskFailure, IsconfError } from '../base/index.ts'
import { pidFileHolder, processStart, takePidFile } from '../base/pid-file.io.ts'

/**
 * Takes the lock at `path` for this process, which does `what` (a few words); gives the function that lets it go.
 * BUSY names who has it.
 */
export async function takeLock(path: string, what: string): Promise<() => Promise<void>> {
  await systemDisk.makeDirectory(dirname(path))
  const release = await taken(path, what)
  try {
    refuseLeftMake(path)
    await systemDisk.remove(groupPath(path))
  } catch (error) {
    await release()
    throw error
  }
  return release
}

async function taken(path: string, what: string): Promise<() => Promise<void>> {
  try {
    return await takePidFile(path, {
      what,
      taken: (holder) =>
        new IsconfError('BUSY', `${holder.what || 'hostkeeper'} is under way: process ${holder.pid}, says ${path}`),
    })
  } catch (error) {
    throw diskFailure('write', path, error)
  }
}

/** Writes down that the process group `pid` belongs to the lock at `path`; gives the function that forgets it. */
export async function lockGroup(path: string, pid: number): Promise<() => Promise<void>> {
  await systemDisk.replaceFile(groupPath(path), `${pid} ${processStart(pid)}\n`)
  return () => systemDisk.remove(groupPath(path))
}

const groupPath = (path: string): string => `${path}.make`

/** Who has the lock, in words; undefined when nobody has. */
export async function lockHolder(path: string): Promise<string | undefined> {
  const holder = await pidFileHolder(path)
  if (holder) return `${holder.what || 'hostkeeper'}, process ${holder.pid}`
  const group = leftGroup(path)
  return group === undefined ? undefined : `make of a hostkeeper that was killed, process group ${group}`
}

function leftGroup(path: string): string | undefined {
  const [pid = '', started = ''] = textOf(groupPath(path)).trim().split(' ')
  return /^\d+$/.test(pid) && started !== '' && groupLives(Number(pid), started) ? pid : undefined
}

function refuseLeftMake(path: string): void {
  const pid = leftGroup(path)
  if (pid === undefined) return
  throw new IsconfError('BUSY', `make of a hostkeeper that was killed is still at work: process group ${pid}`, {
    hint: `wait for it to end, or end it: kill -- -${pid}`,
  })
}

/** Whether the group that began with the process `leader`, started at `started`, has a member that runs. */
function groupLives(leader: number, started: string): boolean {
  // Another boot: everything of that time is gone.
  if (processStart(process.pid).split('@')[1] !== started.split('@')[1]) return false
  const now = processStart(leader)
  if (now !== '') return now === started
  // The leader has ended; a number is not given out again while a group has it.
  return readdirSync('/proc').some((name) => /^\d+$/.test(name) && isMember(name, leader))
}

function isMember(pid: string, group: number): boolean {
  const [state = 'X', , processGroup] = textOf(`/proc/${pid}/stat`)
    .replace(/^.*\) /s, '')
    .split(' ')
  return !'ZX'.includes(state) && Number(processGroup) === group
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
