/**
 * One thing at a time changes a host: whoever runs make, or updates the tree,
 * has the lock. Beside it stands the process group of make: it lives on when
 * hostkeeper is killed, and a second make must not start beside it.
 */
import { lstatSync, readdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { diskAtOnce } from '../../base/disk.io.ts'
import { diskFailure, IsconfError } from '../../base/index.ts'
import {
  type PidFileHolder,
  pidFileHolder,
  processFields,
  processStart,
  refuseUnlessFile,
  takePidFile,
} from '../../base/pid-file.io.ts'

/**
 * Takes the lock at `path` for this process, which does `what` (a few words); gives the function that lets it go.
 * BUSY names who has it, FILE_EXISTS what lies in its place.
 */
export async function takeLock(path: string, what: string): Promise<() => Promise<void>> {
  await diskAtOnce.makeDirectory(dirname(path))
  const release = await taken(path, what)
  try {
    refuseLeftMake(path)
    refuseUnlessFile(groupPath(path))
    await diskAtOnce.remove(groupPath(path))
  } catch (error) {
    await release()
    throw error
  }
  return release
}

async function taken(path: string, what: string): Promise<() => Promise<void>> {
  try {
    return await takePidFile(path, { what, taken: underWay })
  } catch (error) {
    throw diskFailure('write', path, error)
  }
}

function underWay({ pid, what, path, isStopped }: PidFileHolder): IsconfError {
  const stopped = isStopped ? ', which somebody has stopped' : ''
  const hint = isStopped
    ? `let it go on: kill -CONT ${pid}; or end it: kill -KILL ${pid}`
    : `wait for it to end, or end it: kill ${pid}; only one command at a time may change a host`
  const message = `${what || 'hostkeeper'} is under way: process ${pid}${stopped}, says ${path}`
  return new IsconfError('BUSY', message, { hint })
}

/** Writes down that the process group `pid` belongs to the lock at `path`; gives the function that forgets it. */
export async function lockGroup(path: string, pid: number): Promise<() => Promise<void>> {
  await diskAtOnce.replaceFile(groupPath(path), `${pid} ${processStart(pid)}\n`)
  return () => diskAtOnce.remove(groupPath(path))
}

const groupPath = (path: string): string => `${path}.make`

/** Who has the lock, in words; undefined when nobody has. */
export async function lockHolder(path: string): Promise<string | undefined> {
  const holder = await pidFileHolder(path)
  if (holder) return `${holder.what || 'hostkeeper'}, process ${holder.pid}`
  const left = leftGroup(path)
  return left === undefined ? undefined : `make of a hostkeeper that was killed, process group ${left.text}`
}

function refuseLeftMake(path: string): void {
  const left = leftGroup(path)
  if (left === undefined) return
  const message = `a make that was started by a killed hostkeeper is still running: process group ${left.text}`
  const hint = `wait for it to end, or end it: kill -- -${left.pid}; if what is left of it is meant to stay: rm ${groupPath(path)}`
  throw new IsconfError('BUSY', message, { hint })
}

interface LeftGroup {
  readonly pid: string
  /** The group and the processes in it. */
  readonly text: string
}

/** The group of make that is written down, when a process of it runs. */
function leftGroup(path: string): LeftGroup | undefined {
  const [pid = '', started = ''] = textOf(groupPath(path)).trim().split(' ')
  if (!/^\d+$/.test(pid) || started === '') return undefined
  // Another boot: everything of that time is gone.
  if (processStart(process.pid).split('@')[1] !== started.split('@')[1]) return undefined
  const now = processStart(Number(pid))
  // While a group has it, a number is not given out again; so another process of that number means that it has ended.
  if (now !== '' && now !== started) return undefined
  const members = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && isMember(name, pid))
  if (members.length === 0) return undefined
  return { pid, text: `${pid} (${members.map((one) => `${textOf(`/proc/${one}/comm`).trim()} ${one}`).join(', ')})` }
}

function isMember(pid: string, group: string): boolean {
  const [state = 'X', , processGroup] = processFields(pid)
  return !'ZX'.includes(state) && processGroup === group
}

/** Nothing for what is no file, too: a pipe would be waited for. */
function textOf(path: string): string {
  try {
    return lstatSync(path).isFile() ? readFileSync(path, 'utf8') : ''
  } catch {
    return ''
  }
}
