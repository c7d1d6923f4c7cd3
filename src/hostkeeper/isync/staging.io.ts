/**
 * What is on its way to its place, on disk before any of it is made, in a file for each process: two isyncs at once do
 * not disturb each other, and what one that was killed has left is removed by the next.
 */
import { mkdirSync, readdirSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { diskFailure, errnoCode } from '../../base/index.ts'
import { processStart } from '../../base/pid-file.io.ts'
import { type Staging, TemporaryFiles } from '../../machine/index.ts'

/** Notes in `directory` where something may be made while `run` runs. DISK_FULL, HOME_UNWRITABLE. */
export async function stagingNoted<T>(
  directory: string,
  places: readonly string[],
  run: (staging: Staging) => Promise<T>,
): Promise<T> {
  const path = join(directory, nameOf(process.pid))
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw diskFailure('make', directory, error)
  }
  try {
    return await new TemporaryFiles(path).during(places, run)
  } finally {
    await rm(path, { force: true })
  }
}

/** Removes what isyncs that were killed have left. */
export async function removeLeft(directory: string): Promise<void> {
  for (const name of notesIn(directory)) {
    if (name === nameOf(Number.parseInt(name, 10))) continue
    await new TemporaryFiles(join(directory, name)).removeLeft()
    await rm(join(directory, name), { force: true })
  }
}

/** Another process of the same number is another one. */
const nameOf = (pid: number): string => `${pid}-${processStart(pid)}`

function notesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory)
  } catch (error) {
    if (errnoCode(error) === 'ENOENT') return []
    throw diskFailure('read', directory, error)
  }
}
