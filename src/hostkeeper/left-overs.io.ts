/** Temporary files and directories of processes that were killed. */
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/** Removes what `pattern` matches in a directory, when the process that its first group names is gone. */
export function removeLeftOvers(directory: string, pattern: RegExp): void {
  for (const name of readdirSync(directory)) {
    const pid = pattern.exec(name)?.[1]
    if (pid !== undefined && !isAlive(Number(pid))) rmSync(join(directory, name), { recursive: true, force: true })
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
