/**
 * One daemon a home. `conf/.pid` names the process that has it; a file left by
 * a process that is gone, or by another one with its number, is recognised.
 */
import { readFileSync } from 'node:fs'
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { IsconfError } from '../base/index.ts'

/** Takes the home for this process; gives the function that lets it go. ALREADY_RUNNING. */
export async function takePidFile(path: string): Promise<() => Promise<void>> {
  const own = `${process.pid} ${startedAt(process.pid)}\n`
  const beside = `${path}.${process.pid}`
  await writeFile(beside, own, { mode: 0o600 })
  try {
    while (!(await linked(beside, path))) await removeStale(path)
  } finally {
    await rm(beside, { force: true })
  }
  return async () => {
    if ((await readText(path)) === own) await rm(path, { force: true })
  }
}

async function linked(beside: string, path: string): Promise<boolean> {
  try {
    await link(beside, path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

async function removeStale(path: string): Promise<void> {
  const found = await readText(path)
  if (found === undefined) return
  refuseIfAlive(found, path)
  // Taken aside and looked at again: in between, another start may have put its own there.
  const aside = `${path}.stale.${process.pid}`
  await rename(path, aside).catch(() => undefined)
  const taken = await readText(aside)
  if (taken !== undefined && taken !== found) await link(aside, path).catch(() => undefined)
  await rm(aside, { force: true })
}

function refuseIfAlive(content: string, path: string): void {
  const [pid = '', started = ''] = content.trim().split(' ')
  if (!/^\d+$/.test(pid) || startedAt(Number(pid)) !== started || started === '') return
  throw new IsconfError('ALREADY_RUNNING', `the daemon runs already: process ${pid}, says ${path}`)
}

/** When a process was started, in the kernel's ticks since boot, with the boot's id; empty when none runs. */
function startedAt(pid: number): string {
  try {
    // The name, in parentheses, may hold spaces; the state follows it, field 22 is the start time.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
    // Ended, and its parent has yet to notice.
    if (fields[0] === 'Z' || fields[0] === 'X') return ''
    return `${fields[19]}@${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}`
  } catch {
    return ''
  }
}

async function readText(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined)
}
