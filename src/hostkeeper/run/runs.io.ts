/** The file of the record of runs. */
import { diskAtOnce } from '../../base/disk.io.ts'
import { AppendLog } from '../../base/index.ts'
import { parseRuns, type Run, type RunEnd, type RunStart } from './runs.ts'

/** Two lines a run. */
const linesPerRun = 2

/** Adds lines, durably. A torn last line, which a crash has left, is dropped. */
export async function recordRun(path: string, ...lines: readonly (RunStart | RunEnd)[]): Promise<void> {
  const { log } = await AppendLog.open(diskAtOnce, path)
  try {
    await log.append(lines.map((line) => JSON.stringify(line)))
  } finally {
    await log.close()
  }
}

/** The runs, the oldest first; nothing is written. */
export async function readRuns(path: string): Promise<readonly Run[]> {
  return parseRuns(await linesOf(path))
}

/** Tells whether the record has a run of that name. */
export async function recordedNames(path: string): Promise<(id: string) => boolean> {
  const lines = await linesOf(path)
  return (id) => lines.some((line) => line.includes(JSON.stringify(id)))
}

/** Keeps the lines of about the last `kept` runs, once there are twice as many. */
export async function pruneRuns(path: string, kept: number): Promise<void> {
  const lines = await linesOf(path)
  const linesKept = kept * linesPerRun
  if (lines.length > 2 * linesKept) await diskAtOnce.replaceFile(path, `${lines.slice(-linesKept).join('\n')}\n`)
}

async function linesOf(path: string): Promise<readonly string[]> {
  const bytes = await diskAtOnce.readFile(path)
  const text = new TextDecoder().decode(bytes)
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter((line) => line !== '')
}
