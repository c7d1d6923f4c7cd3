/** A copy of the stamp directory, for make to look at: whoever only asks writes nothing of the host's. */
import { mkdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { scratchDirectory } from '../program/index.ts'

/**
 * Calls `work` with a directory that holds these stamps, all of one time, beside a link to the tree; it is removed
 * afterwards.
 */
export function withScratchStamps<T>(tree: string, names: Iterable<string>, work: (directory: string) => T): T {
  const directory = scratchDirectory('hostkeeper-plan-')
  try {
    symlinkSync(tree, join(directory, 'tree'))
    const stamps = join(directory, 'stamps')
    mkdirSync(stamps)
    addScratchStamps(stamps, names)
    return work(stamps)
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
