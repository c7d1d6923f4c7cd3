/**
 * A file of lines that only grows: the journal, the history and the work in
 * progress are such files. What `append` returned from is durable. Of the
 * append that a crash interrupted any part may be there, in any order: where
 * the power failed, a part that is missing reads as zeros, which no line has.
 * The next `open` drops all from the first line that is not whole, and says so.
 */
import type { Disk, DiskFile } from './disk.ts'
import { uncertain } from './disk-failure.ts'
import { invariant } from './invariant.ts'
import { Mutex } from './mutex.ts'
import { ReadingTurns } from './reading-turns.ts'

/** The end of a file that a crash has cut short. */
export interface TornLine {
  /** Bytes dropped. */
  readonly bytes: number
  /** How it began, for people. */
  readonly text: string
}

export interface OpenedLog {
  readonly log: AppendLog
  readonly torn: TornLine | undefined
}

/** One line of a log, without its newline. */
export interface LogLine {
  readonly text: string
  /** Where it begins in the file. */
  readonly position: number
}

const newline = 0x0a
/** What is read at a time from the beginning on, where all is wanted. */
const chunkBytes = 1024 * 1024
/** And from the end back, where a few lines are. */
const tailBytes = 64 * 1024
const tornTextBytesMax = 80
/**
 * No append is longer, and so no hole that a power failure leaves is further from the end: four of the longest lines of
 * a journal, and more than hosts send each other at once.
 */
const appendBytesMax = 32 * 1024 * 1024
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

  /**
   * Opens the file, made when absent, and drops what an interrupted append left, from its first torn line on. What is
   * found is durable: a process that was killed may have written it and not synced it. Failures: those of {@link Disk}.
   */
  static async open(disk: Disk, path: string): Promise<OpenedLog> {
    const file = await disk.open(path, 'write')
    try {
      const foundBytes = await file.size()
      const log = new AppendLog(file, await endOfWholeLines(file, foundBytes))
      if (log.size === foundBytes) {
        if (foundBytes > 0) await file.sync()
        return { log, torn: undefined }
      }
      const text = decoder.decode(await file.read(log.size, tornTextBytesMax))
      await log.#cutBack()
      return { log, torn: { bytes: foundBytes - log.size, text } }
    } catch (error) {
      await file.close().catch(() => undefined)
      throw error
    }
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
        await this.#cutBack().catch((thrown: unknown) => {
          throw uncertain(thrown)
        })
        throw error
      }
      this.#size += bytes.length
    })
  }

  /** Up to `length` bytes of the durable lines from `position`. */
  readRange(position: number, length: number): Promise<Uint8Array> {
    return this.#file.read(position, Math.max(0, Math.min(length, this.#size - position)))
  }

  /**
   * The whole lines from `from`, where one begins, to `to`: in pieces of several lines, each with its newline. A piece is
   * there until the next one is asked for.
   */
  async *wholeLines(from: number, to: number): AsyncGenerator<Uint8Array> {
    const end = Math.min(to, this.#size)
    const turns = new ReadingTurns(this.#file)
    const read = (at: number, length: number): Promise<Uint8Array> => turns.read(at, Math.min(length, end - at))
    let length = chunkBytes
    let reading = read(from, length)
    for (let at = from; at < to; ) {
      const bytes = await reading
      const wholeBytes = bytes.lastIndexOf(newline) + 1
      if (wholeBytes === 0 && bytes.length < length) return
      at += wholeBytes
      // A line that is longer than that is read again with more.
      length = wholeBytes === 0 ? length * 2 : chunkBytes
      // The disk works while the caller does.
      reading = read(at, length)
      reading.catch(() => undefined)
      if (wholeBytes > 0) yield bytes.subarray(0, wholeBytes)
    }
  }

  /** The lines from the last to the first. */
  async *linesFromEnd(): AsyncGenerator<LogLine> {
    let rest: Uint8Array = new Uint8Array()
    for (let from = this.#size; from > 0; ) {
      const length = Math.min(tailBytes, from)
      from -= length
      const bytes = Buffer.concat([await this.readRange(from, length), rest])
      let end = bytes.length
      for (let begin = lineStart(bytes, end); begin > 0; begin = lineStart(bytes, end)) {
        yield { text: decoder.decode(bytes.subarray(begin, end - 1)), position: from + begin }
        end = begin
      }
      rest = bytes.subarray(0, end)
    }
    if (rest.length > 0) yield { text: decoder.decode(rest.subarray(0, -1)), position: 0 }
  }

  /** The number of the line that begins at `position`; the first is 1. */
  async lineNumberAt(position: number): Promise<number> {
    let number = 1
    for await (const bytes of this.wholeLines(0, position)) {
      for (const byte of bytes) if (byte === newline) number += 1
    }
    return number
  }

  /** All lines, without their newlines: for a log that is known to be short. */
  async lines(): Promise<readonly string[]> {
    const text = decoder.decode(await this.readRange(0, this.#size))
    return text === '' ? [] : text.slice(0, -1).split('\n')
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

/** Where the whole lines of a file of `size` bytes end: before the first line with a hole, and after the last newline. */
async function endOfWholeLines(file: DiskFile, size: number): Promise<number> {
  const hole = await firstHole(file, size)
  for (let end = hole; end > 0; ) {
    const from = Math.max(0, end - tailBytes)
    const last = (await file.read(from, end - from)).lastIndexOf(newline)
    if (last >= 0) return from + last + 1
    end = from
  }
  return 0
}

/** The first zero in what may be of the last append; `size` when there is none. */
async function firstHole(file: DiskFile, size: number): Promise<number> {
  const turns = new ReadingTurns(file)
  for (let from = Math.max(0, size - appendBytesMax); from < size; from += chunkBytes) {
    const at = (await turns.read(from, Math.min(chunkBytes, size - from))).indexOf(0)
    if (at >= 0) return from + at
  }
  return size
}

/** Where the line begins whose newline is the last of `bytes` before `end`; 0 when that may be before `bytes`. */
function lineStart(bytes: Uint8Array, end: number): number {
  return end < 2 ? 0 : bytes.lastIndexOf(newline, end - 2) + 1
}
