/**
 * One process at a time has a thing, and a file says which; a file left by a
 * process that is gone, or by another one with its number, is recognised.
 */
import { linkSync, lstatSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { diskAtOnce } from './disk.io.ts'
import { diskFailure, IsconfError, sha256Hex } from './index.ts'

/** Who has the file. */
export interface PidFileHolder {
  readonly pid: string
  /** Whether somebody has stopped it, so that it does not end by itself. */
  readonly isStopped: boolean
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
  new IsconfError('ALREADY_RUNNING', `the daemon is already running: process ${pid}, says ${path}`)

/**
 * Takes the file for this process; gives the function that lets it go. ALREADY_RUNNING, FILE_EXISTS for what is there
 * and no such file, and the failures of a disk.
 */
export async function takePidFile(
  path: string,
  { what = '', taken = daemonRuns }: PidFileUse = {},
): Promise<() => Promise<void>> {
  const started = processStart(process.pid)
  if (started === '') {
    const hint = 'mount it: mount -t proc proc /proc'
    throw new IsconfError('DISK_FAILED', `cannot tell who holds ${path}: /proc is missing`, { hint })
  }
  const own = `${`${process.pid} ${started} ${what}`.trimEnd()}\n`
  const beside = `${path}.${process.pid}`
  refuseUnlessFile(beside)
  await diskAtOnce.replaceFile(beside, own)
  try {
    await take(path, beside, taken)
  } finally {
    rmSync(beside, { force: true })
  }
  return async () => {
    if (readText(path) === own) rmSync(path, { force: true })
  }
}

/** Who has the file; undefined when nobody that lives has. */
export async function pidFileHolder(path: string): Promise<PidFileHolder | undefined> {
  const found = readText(path)
  return found === undefined ? undefined : livingHolder(found, path)
}

/**
 * Makes `path` another name of `beside`. Who finds a stale file there first
 * takes the one name that stands for replacing just that file, in the same way,
 * and puts it in the stale file's place: of any number of starts at once only
 * one can, and one that dies on the way is in nobody's.
 */
async function take(path: string, beside: string, taken: (holder: PidFileHolder) => IsconfError): Promise<void> {
  for (let tries = 0; !linked(beside, path); tries += 1) {
    refuseUnlessFile(path)
    const found = readText(path)
    // Let go in this moment; for ever only where the disk does not do what it says.
    if (found === undefined && tries < triesMax) continue
    if (found === undefined) throw new IsconfError('DISK_FAILED', `${path} exists, but can't be read`)
    const holder = livingHolder(found, path)
    if (holder) throw taken(holder)
    const claim = claimPath(path, found)
    await take(claim, beside, taken)
    if (readText(path) === found) return renameSync(claim, path)
    rmSync(claim, { force: true })
  }
}

/** Reading between a link that failed and one that will: others must be very busy to let us miss so often. */
const triesMax = 1000

/** FILE_EXISTS for what cannot be a file that says who has something. */
export function refuseUnlessFile(path: string): void {
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (found === undefined || found.isFile()) return
  const kind = found.isDirectory() ? 'a directory' : found.isSymbolicLink() ? 'a symbolic link' : 'no regular file'
  const hint = `move it away: mv ${path} ${path}.old`
  throw new IsconfError('FILE_EXISTS', `${path} is ${kind}, where the lock file should be`, { hint })
}

/** The name that stands for replacing the file at `path` as long as it holds `content`. */
export function claimPath(path: string, content: string): string {
  return `${path}.after-${sha256Hex(content).slice(0, 12)}`
}

function linked(beside: string, path: string): boolean {
  try {
    linkSync(beside, path)
    return true
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') return false
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(code)) throw diskFailure('make', path, error)
    const hint = 'put the directory on another file system'
    throw new IsconfError('DISK_FAILED', `cannot make ${path}: its file system has no hard links`, {
      cause: error,
      hint,
    })
  }
}

function livingHolder(content: string, path: string): PidFileHolder | undefined {
  const [pid = '', started = '', ...what] = content.trim().split(' ')
  if (!/^\d+$/.test(pid) || started === '' || processStart(Number(pid)) !== started) return undefined
  return { pid, isStopped: processFields(pid)[0] === 'T', what: what.join(' '), path }
}

/** What the kernel says of a process, from its state on; nothing when there is none. */
export function processFields(pid: number | string): readonly string[] {
  try {
    // The name, in parentheses, may hold spaces.
    return readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
  } catch {
    return []
  }
}

/** When a process was started, in the kernel's ticks since boot, with the boot's id; empty when none runs. */
export function processStart(pid: number): string {
  const { 0: state, 17: threads, 19: started } = processFields(pid)
  // Z, X: ended, and its parent has yet to notice; but as long as other threads of it end, it has its ports.
  if (state === undefined || (state === 'Z' && Number(threads) <= 1) || state === 'X') return ''
  return `${started}@${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}`
}

/** Undefined for what is no file, too: a pipe would be waited for. */
function readText(path: string): string | undefined {
  if (!lstatSync(path, { throwIfNoEntry: false })?.isFile()) return undefined
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
