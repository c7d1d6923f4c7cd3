/** The log of one run: make writes into it, and what it writes is shown as it comes. */
import { closeSync, fstatSync, mkdirSync, openSync, readdirSync, readSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { errnoCode } from '../../base/index.ts'
import type { Terminal } from '../../terminal/index.ts'
import { scratchDirectory } from '../program/index.ts'

export class RunLog {
  readonly path: string
  /** Open for appending; also after hostkeeper was killed make can go on writing. */
  readonly descriptor: number
  readonly #terminal: Terminal
  readonly #buffer = Buffer.alloc(pieceBytes)
  #shownBytes: number
  #isShown = true

  /** Writing the head shows whether there is room, too. */
  constructor(directory: string, id: string, head: string, terminal: Terminal) {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    this.path = join(directory, `${id}${suffix}`)
    // Not through a link that somebody has put there.
    this.descriptor = openSync(this.path, 'ax+', 0o600)
    this.#terminal = terminal
    this.#shownBytes = Buffer.byteLength(head)
    try {
      writeSync(this.descriptor, head)
    } catch (error) {
      this.close()
      rmSync(this.path, { force: true })
      throw error
    }
  }

  /** Adds what hostkeeper itself has to say; the text ends its last line. */
  note(text: string): void {
    try {
      writeSync(this.descriptor, `hostkeeper: ${text}`)
    } catch {
      // Make's own lines are missing then, too.
    }
  }

  /** Shows what is there and not yet shown. */
  show(): void {
    if (!this.#isShown) return
    try {
      // Only what is there now: a step that writes faster than the terminal must not keep a signal waiting for ever.
      const end = fstatSync(this.descriptor).size
      while (this.#shownBytes < end) {
        const wanted = Math.min(pieceBytes, end - this.#shownBytes)
        const length = readSync(this.descriptor, this.#buffer, 0, wanted, this.#shownBytes)
        if (length === 0) return
        ;(this.#terminal.show ?? this.#terminal.out)(this.#buffer.subarray(0, length))
        this.#shownBytes += length
      }
    } catch {
      // A full disk behind the output is no reason to leave make alone; the log has everything.
      this.#isShown = false
    }
  }

  close(): void {
    closeSync(this.descriptor)
  }
}

/** `log/ID.log`; in another directory when that cannot be written, which `say` is told. */
export function openRunLog(directory: string, id: string, head: string, terminal: Terminal, say: Say): RunLog {
  try {
    return new RunLog(directory, id, head, terminal)
  } catch (error) {
    const instead = scratchDirectory('hostkeeper-log-')
    say(`cannot write below ${directory} (${errnoCode(error)}): the log is in ${instead}`)
    return new RunLog(instead, id, head, terminal)
  }
}

type Say = (text: string) => void

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
