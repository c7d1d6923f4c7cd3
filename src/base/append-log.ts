/**
 * A file of lines that only grows: the journal, the history and the work in
 * progress are such files. What `append` returned from is durable; a crash
 * leaves at most the beginning of the append that it interrupted, and of that
 * a torn line is dropped by the next `open`, which says so.
 */
import type { Disk, DiskFile } from './disk.ts'
import { invariant } from './invariant.ts'
import { Mutex } from './mutex.ts'

/** The end of a file that a crash has cut short. */
export interface TornLine {
  /** Bytes dropped. */
  readonly bytes: number
  /** How it began, for people. */
  readonly text: string
}

export interface OpenedLog {
  readonly log: AppendLog
  /** What the file holds: whole lines, each with its newline. */
  readonly content: Uint8Array
  readonly torn: TornLine | undefined
}

const newline = 0x0a
const tornTextBytesMax = 80
// A byte order mark is a part of the line like any other.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

export class AppendLog {
  readonly #file: DiskFile
  #size: number
  /** The file may hold more than `#size` bytes: an append failed and could not be undone at once. */
  #overlong = false
  readonly #turns = new Mutex()

  private constructor(file: DiskFile, size: number) {
    this.#file = file
    this.#size = size
  }

  /** Opens the file, made when absent, and drops a torn last line. Failures: those of {@link Disk}. */
  static async open(disk: Disk, path: string): Promise<OpenedLog> {
    const found = (await disk.readFile(path)) ?? new Uint8Array()
    const wholeBytes = found.lastIndexOf(newline) + 1
    const file = await disk.open(path, 'write')
    const log = new AppendLog(file, wholeBytes)
    const content = found.subarray(0, wholeBytes)
    if (wholeBytes === found.length) return { log, content, torn: undefined }
    try {
      await log.#cutBack()
    } catch (error) {
      await file.close().catch(() => undefined)
      throw error
    }
    const text = decoder.decode(found.subarray(wholeBytes, wholeBytes + tornTextBytesMax))
    return { log, content, torn: { bytes: found.length - wholeBytes, text } }
  }

  /** Bytes of the whole lines that are durable. */
  get size(): number {
    return this.#size
  }

  /** Adds lines, given without their newline, by one write and one sync. When it fails none of them is kept. */
  append(lines: readonly string[]): Promise<void> {
    for (const line of lines) invariant(!line.includes('\n'), 'a line of a log has no newline inside')
    return this.#turns.run(async () => {
      if (lines.length === 0) return
      if (this.#overlong) await this.#cutBack()
      const bytes = new TextEncoder().encode(`${lines.join('\n')}\n`)
      try {
        await this.#file.write(this.#size, bytes)
        await this.#file.sync()
      } catch (error) {
        this.#overlong = true
        // When this fails too, the next append tries again before it writes.
        await this.#cutBack().catch(() => undefined)
        throw error
      }
      this.#size += bytes.length
    })
  }

  /** Up to `length` bytes of the durable lines from `position`. */
  readRange(position: number, length: number): Promise<Uint8Array> {
    return this.#file.read(position, Math.max(0, Math.min(length, this.#size - position)))
  }

  /** Waits for the append under way, then lets the file go. */
  close(): Promise<void> {
    return this.#turns.run(() => this.#file.close())
  }

  async #cutBack(): Promise<void> {
    await this.#file.truncate(this.#size)
    await this.#file.sync()
    this.#overlong = false
  }
}

/** The lines of a log's content, without their newlines. */
export function linesOf(content: Uint8Array): string[] {
  if (content.length === 0) return []
  return decoder.decode(content).slice(0, -1).split('\n')
}
