/** Directories for what is under way. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { changeableByOthers } from '../../base/changeable.io.ts'
import { IsconfError } from '../../base/index.ts'

/**
 * A new directory that only its owner may enter, and nobody else can exchange; whoever asks for it removes it.
 * OPEN_TO_OTHERS where somebody can.
 */
export function scratchDirectory(prefix: string, parent = tmpdir()): string {
  const directory = mkdtempSync(join(parent, prefix))
  const problem = changeableByOthers(directory)
  if (problem === undefined) return directory
  rmSync(directory, { recursive: true })
  throw new IsconfError('OPEN_TO_OTHERS', `no place for temporary files: ${problem}`)
}

/** Removes those whose name `pattern` matches, when the process that its first group names is gone. */
export function removeLeftOvers(parent: string, pattern: RegExp): void {
  for (const name of readdirSync(parent)) {
    const pid = pattern.exec(name)?.[1]
    const path = join(parent, name)
    if (pid !== undefined && !isAlive(Number(pid)) && changeableByOthers(path) === undefined)
      rmSync(path, { recursive: true, force: true })
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
