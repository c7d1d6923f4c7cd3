/**
 * One process at a time has a thing, and a file says which; a file left by a
 * process that is gone, or by another one with its number, is recognised.
 */
import { readFileSync } from 'node:fs'
import { link, readFile, rename, rm } from 'node:fs/promises'
import { systemDisk } from './disk.io.ts'
import { IsconfError, sha256Hex } from './index.ts'

/** Who has the file. */
export interface PidFileHolder {
  readonly pid: string
  /** What the holder said that it does; empty when it said nothing. */
  readonly what: string
  readonly path: string
}

/** How the file is taken. */
export interface PidFileUse {
  /** What this process does, in words for people; in one line. */
  readonly what?: string
  /** The failure when a living process has it. */
  readonly taken?: (holder: PidFileHolder) => IsconfError
}

const daemonRuns = ({ pid, path }: PidFileHolder): IsconfError =>
  new IsconfError('ALREADY_RUNNING', `the daemon runs already: process ${pid}, says ${path}`)

/** Takes the file for this process; gives the function that lets it go. ALREADY_RUNNING and the failures of a disk. */
export async function takePidFile(
  path: string,
  { what = '', taken = daemonRuns }: PidFileUse = {},
): Promise<() => Promise<void>> {
  const own = `${`${process.pid} ${processStart(process.pid)} ${what}`.trimEnd()}\n`
  const beside = `${path}.${process.pid}`
  await systemDisk.replaceFile(beside, own)
  try {
    await take(path, beside, taken)
  } finally {
    await rm(beside, { force: true })
  }
  return async () => {
    if ((await readText(path)) === own) await rm(path, { force: true })
  }
}

/** Who has the file; undefined when nobody that lives has. */
export async function pidFileHolder(path: string): Promise<PidFileHolder | undefined> {
  const found = await readText(path)
  return found === undefined ? undefined : livingHolder(found, path)
}

/**
 * Makes `path` another name of `beside`. Who finds a stale file there first
 * takes the one name that stands for replacing just that file, in the same way,
 * and puts it in the stale file's place: of any number of starts at once only
 * one can, and one that dies on the way stands in nobody's.
 */
async function take(path: string, beside: string, taken: (holder: PidFileHolder) => IsconfError): Promise<void> {
  while (!(await linked(beside, path))) {
    const found = await readText(path)
    if (found === undefined) continue
    const holder = livingHolder(found, path)
    if (holder) throw taken(holder)
    const claim = claimPath(path, found)
    await take(claim, beside, taken)
    if ((await readText(path)) === found) return rename(claim, path)
    await rm(claim, { force: true })
  }
}

/** The name that stands for replacing the file at `path` as long as it holds `content`. */
export function claimPath(path: string, content: string): string {
  return `${path}.after-${sha256Hex(content).slice(0, 12)}`
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

function livingHolder(content: string, path: string): PidFileHolder | undefined {
  const [pid = '', started = '', ...what] = content.trim().split(' ')
  if (!/^\d+$/.test(pid) || started === '' || processStart(Number(pid)) !== started) return undefined
  return { pid, what: what.join(' '), path }
}

/** When a process was started, in the kernel's ticks since boot, with the boot's id; empty when none runs. */
export function processStart(pid: number): string {
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
