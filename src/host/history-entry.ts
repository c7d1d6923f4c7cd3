/** One line of a host's history. */
import * as z from 'zod'
import type { ChangesetId } from '../base/index.ts'

export const operationKey = z.string().regex(/^[0-9a-f]{64}:\d+$/)

/** As it is on disk. */
export const entrySchema = z.discriminatedUnion('event', [
  z.object({
    event: z.literal('started'),
    operation: operationKey,
    /** The last of several that were begun together, in the order of the journal, with `operation` as the first. */
    through: operationKey.optional(),
    time: z.string(),
  }),
  z.object({
    event: z.literal('finished'),
    operation: operationKey,
    time: z.string(),
    status: z.int(),
    /** SHA-256 of a command's output; empty for what writes none. */
    output: z.string(),
    /** What a person should know of how it was done. */
    remarks: z.array(z.string()).optional(),
    /** The last line that a command wrote which did not end well. */
    lastLine: z.string().optional(),
  }),
  /** The operation could not be done: no exit status, a reason. */
  z.object({ event: z.literal('failed'), operation: operationKey, time: z.string(), reason: z.string() }),
  /** Never done here: this host goes on behind it, and who says so is on record. */
  z.object({
    event: z.literal('skipped'),
    operation: operationKey,
    by: z.string(),
    why: z.string(),
    time: z.string(),
  }),
  /** Not done here: it was void when its turn came; `by` says so. */
  z.object({
    event: z.literal('passedOver'),
    operation: operationKey,
    by: operationKey,
    /** It had been begun before, and interrupted: what it did may be here. */
    begun: z.literal(true).optional(),
    time: z.string(),
  }),
  /** What was skipped has been done by hand since, or what this host alone had undone. */
  z.object({
    event: z.literal('mended'),
    operation: operationKey,
    by: z.string(),
    why: z.string(),
    time: z.string(),
  }),
  /** A command that was run here and did not end well, or could not be recorded; the operation is in no journal. */
  z.object({
    event: z.literal('unrecorded'),
    operation: operationKey,
    text: z.string(),
    by: z.string(),
    why: z.string(),
    time: z.string(),
  }),
  /** This host was held, or released again. */
  z.object({ event: z.literal('held'), by: z.string(), why: z.string(), time: z.string() }),
  z.object({ event: z.literal('released'), by: z.string(), why: z.string(), time: z.string() }),
  /** Somebody had `up` go on once all the same; `hold` is the hold in words. */
  z.object({
    event: z.literal('wentOn'),
    hold: z.string(),
    by: z.string(),
    why: z.string(),
    time: z.string(),
  }),
  /** Done here first, as the origin, and checked in since. */
  z.object({ event: z.literal('made'), operation: operationKey, time: z.string() }),
  /**
   * The machine is about to be rebooted, in the run that `bootId` names: for an operation of the journal, or, without
   * one, for work that is not checked in. It has been rebooted when the boot id is another one.
   */
  z.object({
    event: z.literal('rebooting'),
    operation: operationKey.optional(),
    /** How many operations are not checked in, the reboot as the last of them. */
    work: z.int().positive().optional(),
    bootId: z.string(),
    time: z.string(),
  }),
  /** A reboot for work that is not checked in was asked for and could not be done. */
  z.object({ event: z.literal('rebootFailed'), reason: z.string(), time: z.string() }),
  /** So many operations were done here, and were taken out of the work before they were checked in. */
  z.object({ event: z.literal('undone'), operations: z.int().positive(), by: z.string(), time: z.string() }),
  /** So many operations were done here, were not checked in, and were given up. */
  z.object({
    event: z.literal('dropped'),
    operations: z.int().positive(),
    by: z.string(),
    time: z.string(),
  }),
])

export type HistoryEntry = z.infer<typeof entrySchema>

/** The event of an entry that is whole and of a kind that this release does not know. */
export function unknownEvent(value: unknown): string | undefined {
  const { data } = z.object({ event: z.string(), time: z.string() }).safeParse(value)
  const isKnown = entrySchema.options.some(({ shape }) => shape.event.value === data?.event)
  return isKnown ? undefined : data?.event
}

/** One operation of one changeset; the index counts from 0. */
export interface OperationRef {
  readonly id: ChangesetId
  readonly index: number
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
      readonly remarks?: string[]
      readonly lastLine?: string
    }
  | { readonly event: 'failed'; readonly operation: OperationRef; readonly reason: string }
  | {
      readonly event: 'skipped' | 'mended'
      readonly operation: OperationRef
      readonly by: string
      readonly why: string
    }
  | {
      readonly event: 'unrecorded'
      readonly operation: OperationRef
      readonly text: string
      readonly by: string
      readonly why: string
    }
  | {
      readonly event: 'passedOver'
      readonly operation: OperationRef
      readonly by: OperationRef
      readonly begun: boolean
    }
  | { readonly event: 'held' | 'released'; readonly by: string; readonly why: string }
  | { readonly event: 'wentOn'; readonly hold: string; readonly by: string; readonly why: string }
  | { readonly event: 'undone' | 'dropped'; readonly operations: number; readonly by: string }
  | { readonly event: 'rebooting'; readonly operation: OperationRef; readonly bootId: string }
  | { readonly event: 'rebooting'; readonly work: number; readonly bootId: string }
  | { readonly event: 'rebootFailed'; readonly reason: string }

/** What is written of an event that happened at `time`. */
export function toEntry(event: HistoryEvent, time: string): HistoryEntry {
  if (!('operation' in event)) return { ...event, time }
  if (event.event === 'passedOver') {
    const { operation, by, begun } = event
    return { event: event.event, operation: toKey(operation), by: toKey(by), ...(begun && { begun }), time }
  }
  if (event.event !== 'started') return { ...event, operation: toKey(event.operation), time }
  const through = event.through ? { through: toKey(event.through) } : {}
  return { event: 'started', operation: toKey(event.operation), ...through, time }
}

/** The operation as an entry names it. */
export function toKey({ id, index }: OperationRef): string {
  return `${id}:${index}`
}

/** Whether it says that the host is past an operation: it was done, or is not to be done here any more. */
export function isPast(entry: HistoryEntry): boolean {
  if (entry.event === 'finished') return entry.status === 0
  return entry.event === 'made' || entry.event === 'skipped' || entry.event === 'passedOver'
}
