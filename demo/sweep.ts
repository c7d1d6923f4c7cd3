/** Ends every process that a demo started, also those it has lost sight of. */
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { configPath } from './site.ts'

/** A daemon that is told to end stops its command first; one that hangs is not waited for longer. */
const politeMs = 8_000
/** SIGKILL is a matter of a moment; a process that stays after this is the kernel's affair. */
const forcedMs = 5_000
const lookEveryMs = 25

/** Ends them; throws when one stays. */
export async function endProcesses(directory: string): Promise<void> {
  if (await endWith('SIGTERM', directory, politeMs)) return
  if (await endWith('SIGKILL', directory, forcedMs)) return
  throw new Error(`still running: ${processesOf(directory).join(', ')}`)
}

/** The processes that belong to a demo: its daemons and command lines, and the commands that its daemons run. */
function processesOf(directory: string): readonly number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return pids.map(Number).filter((pid) => pid !== process.pid && belongs(pid, directory))
}

function belongs(pid: number, directory: string): boolean {
  if (fieldsOf(pid, 'cmdline').includes(configPath(directory))) return true
  // Only what a daemon runs has this: a shell that a person opened on a host has not, and is theirs to close.
  return fieldsOf(pid, 'environ').some((field) => field.startsWith(`IS_VOLROOT=${directory}/`))
}

/** Nothing for a process that has just ended, or is somebody else's. */
function fieldsOf(pid: number, file: 'cmdline' | 'environ' | 'stat'): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8').split('\0')
  } catch {
    return []
  }
}

/** Whether all have ended in time. Each is told once; those that are born meanwhile are told, too. */
async function endWith(signal: NodeJS.Signals, directory: string, limitMs: number): Promise<boolean> {
  const told = new Set<number>()
  for (let waitedMs = 0; waitedMs <= limitMs; waitedMs += lookEveryMs) {
    const pids = processesOf(directory)
    if (pids.length === 0 && ![...told].some(isThere)) return true
    for (const pid of pids) {
      if (!told.has(pid)) tell(pid, signal)
      told.add(pid)
    }
    await sleep(lookEveryMs)
  }
  return false
}

/** A process that is ending has no arguments any more; a zombie waits for its parent only. */
function isThere(pid: number): boolean {
  return !/^$|\) [ZX] /.test(fieldsOf(pid, 'stat').join(''))
}

function tell(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It ended in between.
  }
}
