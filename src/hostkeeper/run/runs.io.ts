/** The file of the record of runs. */
import { systemDisk } from '../../base/disk.io.ts'
import { AppendLog } from '../../base/index.ts'
import { parseRuns, type Run, type RunEnd, type RunStart } from './runs.ts'

/** Two lines a run. */
const linesPerRun = 2

/** Adds a line, durably. A torn last line, which a crash has left, is dropped. */
export async function recordRun(path: string, line: RunStart | RunEnd): Promise<void> {
  const { log } = await AppendLog.open(systemDisk, path)
  try {
    await log.append([JSON.stringify(line)])
  } finally {
    await log.close()
  }
}

/** The runs, the oldest first; nothing is written. */
export async function readRuns(path: string): Promise<readonly Run[]> {
  return parseRuns(await linesOf(path))
}

/** Keeps the lines of about the last `kept` runs, once there are twice as many. */
export async function pruneRuns(path: string, kept: number): Promise<void> {
  const lines = await linesOf(path)
  const linesKept = kept * linesPerRun
  if (lines.length > 2 * linesKept) await systemDisk.replaceFile(path, `${lines.slice(-linesKept).join('\n')}\n`)
}

async function linesOf(path: string): Promise<readonly string[]> {
  const bytes = await systemDisk.readFile(path)
  const text = new TextDecoder().decode(bytes)
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter((line) => line !== '')
}
