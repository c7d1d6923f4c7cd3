/**
 * What happened on this host: which operation, begun, ended, with what exit
 * status and output. Append-only, never copied between hosts, destroyed with
 * the disk it describes.
 */
import * as z from 'zod'
import {
  AppendLog,
  type ChangesetId,
  type Clock,
  type Disk,
  IsconfError,
  isoTime,
  type LogLine,
  unreachable,
} from '../base/index.ts'

const operationKey = z.string().regex(/^[0-9a-f]{64}:\d+$/)

const entrySchema = z.discriminatedUnion('event', [
  z.strictObject({
    event: z.literal('started'),
    operation: operationKey,
    /** The last of several that were begun together, in the order of the journal, with `operation` as the first. */
    through: operationKey.optional(),
    time: z.string(),
  }),
  z.strictObject({
    event: z.literal('finished'),
    operation: operationKey,
    time: z.string(),
    status: z.int(),
    /** SHA-256 of a command's output; empty for what writes none. */
    output: z.string(),
  }),
  /** The operation could not be done: no exit status, a reason. */
  z.strictObject({ event: z.literal('failed'), operation: operationKey, time: z.string(), reason: z.string() }),
  /** Done here first, as the origin, and checked in since. */
  z.strictObject({ event: z.literal('made'), operation: operationKey, time: z.string() }),
  /**
   * The machine is about to be rebooted, in the run that `bootId` names: for an operation of the journal, or, without
   * one, for work that is not checked in. It has been rebooted when the boot id is another one.
   */
  z.strictObject({
    event: z.literal('rebooting'),
    operation: operationKey.optional(),
    /** How many operations are not checked in, the reboot as the last of them. */
    work: z.int().positive().optional(),
    bootId: z.string(),
    time: z.string(),
  }),
  /** A reboot for work that is not checked in was asked for and could not be done. */
  z.strictObject({ event: z.literal('rebootFailed'), reason: z.string(), time: z.string() }),
  /** So many operations were done here, were not checked in, and were given up. */
  z.strictObject({
    event: z.literal('dropped'),
    operations: z.int().positive(),
    by: z.string(),
    time: z.string(),
  }),
])

export type HistoryEntry = z.infer<typeof entrySchema>

/** One operation of one changeset; the index counts from 0. */
export interface OperationRef {
  readonly id: ChangesetId
  readonly index: number
}

/** Where the host stands, as the end of its history tells. */
export interface Standing {
  /** The last operation that was done; undefined on a host that has done nothing. */
  readonly done: OperationRef | undefined
  /** The operation after it, when one was begun and not done. */
  readonly stopped: StoppedOperation | undefined
  /** The reboot that was asked for last, as long as nothing has come after it; whether it has come is another matter. */
  readonly rebooting: Rebooting | undefined
}

export interface Rebooting {
  /** Undefined when it is for work that is not checked in. */
  readonly operation: OperationRef | undefined
  /** How many operations such work has, with the reboot. */
  readonly work: number | undefined
  /** Of the run of the machine that was to end. */
  readonly bootId: string
  /** When it was asked for. */
  readonly since: string
}

export interface StoppedOperation {
  readonly operation: OperationRef
  /** Why, in words for `status`. */
  readonly reason: string
}

export class History {
  readonly path: string
  readonly droppedBytes: number
  readonly #log: AppendLog
  readonly #clock: Clock
  #standing: Standing = { done: undefined, stopped: undefined, rebooting: undefined }

  private constructor(path: string, log: AppendLog, clock: Clock, droppedBytes: number) {
    this.path = path
    this.#log = log
    this.#clock = clock
    this.droppedBytes = droppedBytes
  }

  /** Opens or makes the history. STATE_DAMAGED names the bad line. */
  static async open(disk: Disk, path: string, clock: Clock): Promise<History> {
    const { log, torn } = await AppendLog.open(disk, path)
    const history = new History(path, log, clock, torn?.bytes ?? 0)
    for (const entry of await history.#tail()) history.#apply(entry)
    return history
  }

  /** Puts a history in place that knows only how far the host has come. Whole or as it was before. */
  static async forget(disk: Disk, path: string, clock: Clock): Promise<void> {
    const history = await History.open(disk, path, clock)
    const { done } = history.standing
    await history.close()
    const entries = done ? [toEntry({ event: 'made', operation: done }, isoTime(clock))] : []
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

  /** The entries at the end, back to one that says that an operation was done: the rest cannot change the standing. */
  async #tail(): Promise<readonly HistoryEntry[]> {
    const entries: HistoryEntry[] = []
    for await (const entry of this.entriesFromEnd()) {
      entries.unshift(entry)
      if (isDone(entry)) break
    }
    return entries
  }

  async #parse({ text, position }: LogLine): Promise<HistoryEntry> {
    let value: unknown
    try {
      value = JSON.parse(text)
    } catch {
      value = undefined
    }
    const parsed = entrySchema.safeParse(value)
    if (!parsed.success) {
      const number = await this.#log.lineNumberAt(position)
      throw new IsconfError('STATE_DAMAGED', `${this.path}: line ${number} is not an entry of the history`)
    }
    return parsed.data
  }
}

function standingAfter({ done, stopped }: Standing, entry: HistoryEntry): Standing {
  const stoppedAt = (operation: string, reason: string): Standing => ({
    done,
    stopped: { operation: parseOperationKey(operation), reason },
    rebooting: undefined,
  })
  switch (entry.event) {
    case 'made':
      return { done: parseOperationKey(entry.operation), stopped: undefined, rebooting: undefined }
    case 'started':
      return stoppedAt(entry.operation, 'it was interrupted')
    case 'failed':
      return stoppedAt(entry.operation, entry.reason)
    case 'finished':
      if (entry.status !== 0) return stoppedAt(entry.operation, `it ended with exit status ${entry.status}`)
      return { done: parseOperationKey(entry.operation), stopped: undefined, rebooting: undefined }
    case 'rebooting': {
      const operation = entry.operation === undefined ? undefined : parseOperationKey(entry.operation)
      return {
        done,
        stopped: undefined,
        rebooting: { operation, work: entry.work, bootId: entry.bootId, since: entry.time },
      }
    }
    case 'rebootFailed':
    case 'dropped':
      return { done, stopped, rebooting: undefined }
    default:
      return unreachable(entry)
  }
}

/** What happened to an operation; the history adds the time. */
export type HistoryEvent =
  | { readonly event: 'made'; readonly operation: OperationRef }
  | { readonly event: 'started'; readonly operation: OperationRef; readonly through?: OperationRef }
  | {
      readonly event: 'finished'
      readonly operation: OperationRef
      readonly status: number
      readonly output: string
    }
  | { readonly event: 'failed'; readonly operation: OperationRef; readonly reason: string }
  | { readonly event: 'dropped'; readonly operations: number; readonly by: string }
  | { readonly event: 'rebooting'; readonly operation: OperationRef; readonly bootId: string }
  | { readonly event: 'rebooting'; readonly work: number; readonly bootId: string }
  | { readonly event: 'rebootFailed'; readonly reason: string }

function toEntry(event: HistoryEvent, time: string): HistoryEntry {
  if (!('operation' in event)) return { ...event, time }
  if (event.event !== 'started') return { ...event, operation: toKey(event.operation), time }
  const through = event.through ? { through: toKey(event.through) } : {}
  return { event: 'started', operation: toKey(event.operation), ...through, time }
}

function toKey({ id, index }: OperationRef): string {
  return `${id}:${index}`
}

/** The operation that an entry names. */
export function parseOperationKey(key: string): OperationRef {
  const colon = key.indexOf(':')
  return { id: key.slice(0, colon) as ChangesetId, index: Number(key.slice(colon + 1)) }
}

function isDone(entry: HistoryEntry): boolean {
  return entry.event === 'made' || (entry.event === 'finished' && entry.status === 0)
}
