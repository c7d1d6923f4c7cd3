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
import { endOfPart, endOfWholeLines, newline, tailBytes } from './torn-end.ts'

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

/** What is read at a time from the beginning on, where all is wanted. */
const chunkBytes = 1024 * 1024
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

  /**
   * Opens the file, made when absent, and drops what an interrupted append left, from its first torn line on. What is
   * found is durable: a process that was killed may have written it and not synced it. `wholeBytes` are known to have
   * been whole lines once: if there are holes in those, they are damage, and nothing that an append has left. Failures:
   * those of {@link Disk}.
   */
  static async open(disk: Disk, path: string, wholeBytes = 0): Promise<OpenedLog> {
    const file = await disk.open(path, 'keep')
    try {
      const foundBytes = await file.size()
      const log = new AppendLog(file, await endOfWholeLines(file, foundBytes, wholeBytes))
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

  /** Which file this is, and since when it is as it is: {@link DiskFile.stamp}. */
  stamp(): Promise<string> {
    return this.#file.stamp()
  }

  /** Adds lines, given without their newline; few of them by one write and one sync. When it fails none of them is kept. */
  append(lines: readonly string[]): Promise<void> {
    for (const line of lines) invariant(!line.includes('\n'), 'a line of a log has no newline inside')
    return this.#turns.run(async () => {
      if (lines.length === 0) return
      if (this.#overlong) await this.#cutBack()
      const bytes = new TextEncoder().encode(`${lines.join('\n')}\n`)
      try {
        for (let [from, to] = [0, 0]; from < bytes.length; from = to) {
          to = endOfPart(bytes, from)
          await this.#file.write(this.#size + from, bytes.subarray(from, to))
          await this.#file.sync()
        }
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

/** Where the line begins whose newline is the last of `bytes` before `end`; 0 when that may be before `bytes`. */
function lineStart(bytes: Uint8Array, end: number): number {
  return end < 2 ? 0 : bytes.lastIndexOf(newline, end - 2) + 1
}
