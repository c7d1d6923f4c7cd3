/** What is known about apt and dpkg: which commands call them, and how they say that another has their locks. */
import { posix } from 'node:path'
import type { Command } from './machine.ts'

/** What apt and dpkg lock. Apt waits only for the first of these, and only if it is told to. */
export const packageLocks = [
  '/var/lib/dpkg/lock-frontend',
  '/var/lib/dpkg/lock',
  '/var/lib/apt/lists/lock',
  '/var/cache/apt/archives/lock',
]
/** Where dpkg keeps what it has not completed: files whose names are numbers. */
export const dpkgUpdates = '/var/lib/dpkg/updates'

const managers = new Set(['apt', 'apt-get', 'aptitude', 'dpkg'])
const named = /(^|[^\w.-])(apt|apt-get|aptitude|dpkg)($|[^\w.-])/

/** Whether a command names one of them, itself or in a script that it is given. */
export function callsPackageManager({ argv }: Pick<Command, 'argv'>): boolean {
  return argv.some((word) => named.test(word))
}

/** Whether the command is one of them and nothing else: if it met a lock, it has done nothing. */
export function isPackageManager({ argv }: Pick<Command, 'argv'>): boolean {
  const program = argv.find((word) => word !== 'env' && !/^[A-Za-z_]\w*=/.test(word))
  return program !== undefined && managers.has(posix.basename(program))
}

/** Whether the end of what it wrote says that it stopped at a lock. */
export function metLock(text: string): boolean {
  return /^E: Could not get lock |^E: Unable to (acquire|lock) |frontend lock was locked by another process|status database area is locked by another process/m.test(
    text,
  )
}
