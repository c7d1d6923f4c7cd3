/** Temporary files and directories of processes that were killed. */
import { lstatSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Removes what `pattern` matches in a directory, when the process that its first group names is gone. The directory may
 * be open to others: of a directory in it nothing is removed unless it is this user's own, and of files only the name.
 */
export function removeLeftOvers(directory: string, pattern: RegExp, kind: 'file' | 'directory'): void {
  for (const name of readdirSync(directory)) {
    const pid = pattern.exec(name)?.[1]
    if (pid === undefined || isAlive(Number(pid))) continue
    const path = join(directory, name)
    const found = lstatSync(path, { throwIfNoEntry: false })
    if (found === undefined || found.isDirectory() !== (kind === 'directory')) continue
    if (kind === 'file') rmSync(path, { force: true })
    else if (found.uid === process.geteuid?.()) rmSync(path, { recursive: true, force: true })
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}
