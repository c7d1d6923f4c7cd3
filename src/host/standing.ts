/** Where a host stands, as its history tells. */
import { parseOperationKey, unreachable } from '../base/index.ts'
import type { HistoryEntry, OperationRef } from './history-entry.ts'

/** Where the host stands, as the end of its history tells. */
export interface Standing {
  /** The last operation that was done, skipped or passed over; undefined on a host that has done nothing. */
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
  /** When it was stopped there first: what was tried again and failed again does not count anew. */
  readonly since: string
  /** When it was begun, of one whose end the history does not tell: the daemon, or the machine, went down in it. */
  readonly interruptedSince?: string
  /** The last of those that were begun together with it. */
  readonly through?: OperationRef
}

/** Where a host is stopped on which the verb `running` is under way: what `up` has begun and is still doing stops nothing. */
export function stoppedWhile(running: string | undefined, { stopped }: Standing): StoppedOperation | undefined {
  return running === 'up' && stopped?.interruptedSince !== undefined ? undefined : stopped
}

/** The standing after one more entry. */
export function standingAfter(standing: Standing, entry: HistoryEntry): Standing {
  const { done, stopped } = standing
  const stoppedAt = (
    key: string,
    reason: string,
    more: Pick<StoppedOperation, 'interruptedSince' | 'through'> = {},
  ): Standing => {
    const operation = parseOperationKey(key)
    const isSame = stopped?.operation.id === operation.id && stopped.operation.index === operation.index
    const since = isSame ? stopped.since : entry.time
    return { done, stopped: { operation, reason, since, ...more }, rebooting: undefined }
  }
  switch (entry.event) {
    case 'made':
    case 'skipped':
    case 'passedOver':
      return { done: parseOperationKey(entry.operation), stopped: undefined, rebooting: undefined }
    case 'started':
      return stoppedAt(entry.operation, 'it was interrupted', {
        interruptedSince: entry.time,
        ...(entry.through !== undefined && { through: parseOperationKey(entry.through) }),
      })
    case 'failed':
      return stoppedAt(entry.operation, entry.reason)
    case 'finished':
      if (entry.status !== 0) return stoppedAt(entry.operation, endedText(entry))
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
    case 'undone':
    case 'dropped':
      return { done, stopped, rebooting: undefined }
    case 'mended':
    case 'unrecorded':
    case 'held':
    case 'released':
    case 'wentOn':
      return standing
    default:
      return unreachable(entry)
  }
}

/** How a command ended, with the last line of what it wrote. */
function endedText({ status, lastLine }: HistoryEntry & { readonly event: 'finished' }): string {
  const ended = `it ended with exit status ${status}`
  return lastLine === undefined ? ended : `${ended}: ${lastLine}`
}
