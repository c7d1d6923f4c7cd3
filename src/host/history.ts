/**
 * What happened on this host: which operation, begun, ended, with what exit
 * status and output. Append-only, never copied between hosts, destroyed with
 * the disk it describes.
 */
import { AppendLog, type Clock, type Disk, goodLines, IsconfError, isoTime, type LogLine } from '../base/index.ts'
import {
  entrySchema,
  type HistoryEntry,
  type HistoryEvent,
  isPast,
  type OperationRef,
  toEntry,
  toKey,
  unknownEvent,
} from './history-entry.ts'
import { type Standing, standingAfter } from './standing.ts'

export class History {
  readonly path: string
  readonly droppedBytes: number
  readonly #log: AppendLog
  readonly #clock: Clock
  #onEntries: (entries: readonly HistoryEntry[]) => void = () => undefined
  #standing: Standing = { done: undefined, stopped: undefined, rebooting: undefined }

  private constructor(path: string, log: AppendLog, clock: Clock, droppedBytes: number) {
    this.path = path
    this.#log = log
    this.#clock = clock
    this.droppedBytes = droppedBytes
  }

  /** Opens or makes the history. STATE_DAMAGED, and NEWER_RELEASE after a downgrade, name the bad line. */
  static async open(disk: Disk, path: string, clock: Clock): Promise<History> {
    const { log, torn } = await AppendLog.open(disk, path)
    const history = new History(path, log, clock, torn?.bytes ?? 0)
    for (const entry of await history.#tail()) history.#apply(entry)
    return history
  }

  /** The lines that can be used of a damaged one: how far the host had come is somewhere behind them. */
  static readable(bytes: Uint8Array): string {
    return goodLines(bytes, (line) => {
      const value = jsonOf(line)
      return entrySchema.safeParse(value).success || unknownEvent(value) !== undefined
    })
  }

  /** Puts a history in place that knows only how far the host has come. Whole or as it was before. */
  static async forget(disk: Disk, path: string, clock: Clock): Promise<void> {
    const history = await History.open(disk, path, clock)
    const { done } = history.standing
    const kept = await history.#notDone()
    await history.close()
    const last = kept.findLast(isPast)
    const isTold = done && last && 'operation' in last && last.operation === toKey(done)
    const made = done && !isTold ? [toEntry({ event: 'made', operation: done }, isoTime(clock))] : []
    const entries = [...kept, ...made]
    await disk.replaceFile(path, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''))
  }

  get standing(): Standing {
    return this.#standing
  }

  /** Notes events in their order, with one sync for all of them. */
  async add(events: readonly HistoryEvent[]): Promise<void> {
    const time = isoTime(this.#clock)
    const entries = events.map((event) => toEntry(event, time))
    await this.#log.append(entries.map((entry) => JSON.stringify(entry)))
    for (const entry of entries) this.#apply(entry)
    this.#onEntries(entries)
  }

  /** Has somebody, one at most, hear of what is noted from now on, when it is on disk. */
  listen(onEntries: (entries: readonly HistoryEntry[]) => void): void {
    this.#onEntries = onEntries
  }

  close(): Promise<void> {
    return this.#log.close()
  }

  #apply(entry: HistoryEntry): void {
    this.#standing = standingAfter(this.#standing, entry)
  }

  /** What happened, the last first; it is read as it is asked for. STATE_DAMAGED names the bad line. */
  async *entriesFromEnd(): AsyncGenerator<HistoryEntry> {
    for await (const line of this.#log.linesFromEnd()) yield await this.#parse(line)
  }

  /**
   * Whether an operation that this host is past was done on it, or may have been: it was begun and interrupted. Of what
   * the history does not tell, because it was forgotten for an image, it says so. Reads back to where the operation is
   * told of.
   */
  async hasDone(operation: OperationRef): Promise<boolean> {
    const key = toKey(operation)
    for await (const entry of this.entriesFromEnd()) {
      if (!('operation' in entry) || entry.operation !== key) continue
      if (entry.event === 'mended') return true
      if (entry.event === 'passedOver') return entry.begun === true
      if (isPast(entry)) return entry.event !== 'skipped'
    }
    return true
  }

  /** What tells that operations were not done on this disk, which an image has as well. */
  async #notDone(): Promise<readonly HistoryEntry[]> {
    const entries: HistoryEntry[] = []
    for await (const entry of this.entriesFromEnd())
      if (['skipped', 'passedOver', 'mended'].includes(entry.event)) entries.push(entry)
    return entries.reverse()
  }

  /** The entries at the end, back to one that says that the host is past an operation: the rest cannot change the standing. */
  async #tail(): Promise<readonly HistoryEntry[]> {
    const entries: HistoryEntry[] = []
    for await (const entry of this.entriesFromEnd()) {
      entries.unshift(entry)
      if (isPast(entry)) break
    }
    return entries
  }

  async #parse({ text, position }: LogLine): Promise<HistoryEntry> {
    const value = jsonOf(text)
    const parsed = entrySchema.safeParse(value)
    if (parsed.success) return parsed.data
    const where = `${this.path}: line ${await this.#log.lineNumberAt(position)}`
    const event = unknownEvent(value)
    if (event !== undefined) {
      throw new IsconfError('NEWER_RELEASE', `${where} has ${JSON.stringify(event)}, which only a later release writes`)
    }
    throw new IsconfError('STATE_DAMAGED', `${where} is not an entry of the history`, { hint: badLineHint })
  }
}

/** A start reads no further back than it has to: a bad line before that is found by whoever asks for what is there. */
const badLineHint =
  'keep the file for examination; `isconf history -n COUNT` shows what is newer than that line; a start of the daemon sets the file aside only if that line says how far this host has come'

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
