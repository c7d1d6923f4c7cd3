/** The log of one run: make writes into it, and what it writes is shown as it comes. */
import { closeSync, fstatSync, mkdirSync, openSync, readdirSync, readSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { Terminal } from '../../terminal/index.ts'
import { scratchDirectory } from '../program/index.ts'

export interface RunLog {
  readonly path: string
  /** Open for appending; also after hostkeeper was killed make can go on writing. */
  readonly descriptor: number
  /** Adds what hostkeeper itself has to say; the text ends its last line. */
  note(text: string): void
  /** Shows what is there and not yet shown. */
  show(): void
  close(): void
}

/** `log/ID.log`; in another directory when that cannot be written, which `say` is told. */
export function openRunLog(directory: string, id: string, head: string, terminal: Terminal, say: Say): RunLog {
  try {
    return openIn(directory, id, head, terminal)
  } catch (error) {
    const instead = scratchDirectory('hostkeeper-log-')
    say(`cannot write below ${directory} (${(error as NodeJS.ErrnoException).code}): the log is in ${instead}`)
    return openIn(instead, id, head, terminal)
  }
}

type Say = (text: string) => void

/** Writing the head shows whether there is room, too. */
function openIn(directory: string, id: string, head: string, terminal: Terminal): RunLog {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const path = join(directory, `${id}${suffix}`)
  // Not through a link that somebody has put there.
  const descriptor = openSync(path, 'ax+', 0o600)
  try {
    writeSync(descriptor, head)
  } catch (error) {
    closeSync(descriptor)
    rmSync(path, { force: true })
    throw error
  }
  let shownBytes = Buffer.byteLength(head)
  const buffer = Buffer.alloc(pieceBytes)
  let isShown = true
  const showUpTo = (end: number): void => {
    while (shownBytes < end) {
      const length = readSync(descriptor, buffer, 0, Math.min(pieceBytes, end - shownBytes), shownBytes)
      if (length === 0) return
      ;(terminal.show ?? terminal.out)(buffer.subarray(0, length))
      shownBytes += length
    }
  }
  const show = (): void => {
    if (!isShown) return
    try {
      // Only what is there now: a step that writes faster than the terminal must not keep a signal waiting for ever.
      showUpTo(fstatSync(descriptor).size)
    } catch {
      // A full disk behind the output is no reason to leave make alone; the log has everything.
      isShown = false
    }
  }
  const note = (text: string): void => {
    try {
      writeSync(descriptor, `hostkeeper: ${text}`)
    } catch {
      // Make's own lines are missing then, too.
    }
  }
  return { path, descriptor, note, show, close: () => closeSync(descriptor) }
}

const suffix = '.log'
const pieceBytes = 64 * 1024

/** The logs in a directory, the oldest first: their names begin with the time. */
function logsIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory)
      .filter((name) => name.endsWith(suffix))
      .sort()
  } catch {
    return []
  }
}

/** The logs that are more than `kept`. */
export const oldLogs = (directory: string, kept: number): readonly string[] =>
  logsIn(directory)
    .slice(0, -kept)
    .map((name) => join(directory, name))

/** A log that cannot be removed is no reason to fail a run. */
export function removeLogs(paths: readonly string[]): void {
  for (const path of paths) {
    try {
      rmSync(path, { force: true })
    } catch {
      // It is removed when it can be.
    }
  }
}
