/** The processes that speak to the network for daemons of the tests. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { userHere } from '../../src/base/index.ts'
import { confinedAs } from '../../src/network/start-network.io.ts'
import { type LabHost, program } from '../harness/lab.ts'
import { isRunning } from './processes.ts'
import { isRoot, unlessThere } from './tools.ts'

/** Of root's daemon the process is somebody else's; a plain user's can only be their own. */
export const networkUser = isRoot ? 'nobody' : userHere().name

/** Why a test is skipped: there can be no such process here, or its user can't read the program. */
export async function unlessNetworkProcess(): Promise<string | false> {
  const missing = unlessThere('setpriv', 'prlimit')
  if (missing !== false) return missing
  const [command = '', ...words] = await confinedAs(networkUser).catch(() => ['false'])
  const inside = join(dirname(program), 'network-process.js')
  const { status } = spawnSync(command, [...words, process.execPath, '--check', inside], { cwd: '/', env: {} })
  return status === 0 ? false : `${networkUser} can't read the program here: this was NOT tested`
}

/** Those of a host's daemon. */
export function networksOf(host: LabHost): readonly number[] {
  const daemon = String(host.pid())
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return pids.map(Number).filter((pid) => isRunning(pid) && fieldsOf(pid)['PPid'] === daemon && isNetwork(pid))
}

/** The one that there has to be. */
export function networkOf(host: LabHost): number {
  const [pid, ...others] = networksOf(host)
  assert.ok(pid !== undefined && others.length === 0, 'there is one network process')
  return pid
}

/** What the kernel says of a process. */
export function fieldsOf(pid: number): Readonly<Record<string, string>> {
  const lines = textOf(`/proc/${pid}/status`).split('\n')
  return Object.fromEntries(lines.map((line) => line.split(/:\t/, 2) as [string, string]))
}

function isNetwork(pid: number): boolean {
  return textOf(`/proc/${pid}/cmdline`).includes('network-process.js')
}

/** Of a file that may be gone: then it is empty. */
export function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
