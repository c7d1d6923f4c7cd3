/** A copy of the stamp directory, for make to look at: whoever only asks writes nothing of the host's. */
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** Calls `work` with a directory that holds these stamps, all of one time, and is removed afterwards. */
export function withScratchStamps<T>(names: Iterable<string>, work: (directory: string) => T): T {
  const directory = mkdtempSync(join(tmpdir(), 'hostkeeper-plan-'))
  try {
    addScratchStamps(directory, names)
    return work(directory)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

export function addScratchStamps(directory: string, names: Iterable<string>): void {
  for (const name of names) {
    const path = join(directory, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, '')
    utimesSync(path, stampSeconds, stampSeconds)
  }
}

/** The beginning of the year 2000. Any time will do that is the same for all. */
const stampSeconds = 946_684_800
