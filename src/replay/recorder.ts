/**
 * Writes the history with one sync for an operation, or for a batch: the end of one is written together with the
 * beginning of the next.
 */
import type { History, HistoryEvent, OperationRef } from '../host/index.ts'
import type { Applied } from './apply.ts'

export class Recorder {
  readonly #history: History
  #waiting: HistoryEvent[] = []

  constructor(history: History) {
    this.#history = history
  }

  started(operation: OperationRef): Promise<void> {
    return this.#write({ event: 'started', operation })
  }

  /** All operations from one to another are begun together. */
  startedTogether(operation: OperationRef, through: OperationRef): Promise<void> {
    const isOne = operation.id === through.id && operation.index === through.index
    return this.#write({ event: 'started', operation, ...(isOne ? {} : { through }) })
  }

  /** Durable when it returns, together with everything that was done before. */
  rebooting(operation: OperationRef, bootId: string): Promise<void> {
    return this.#write({ event: 'rebooting', operation, bootId })
  }

  finished(operation: OperationRef, { status, output, remarks }: Applied): void {
    const more = remarks.length > 0 ? { remarks: [...remarks] } : {}
    this.#waiting.push({ event: 'finished', operation, status, output, ...more })
  }

  /** `begun`: it was begun earlier and interrupted. */
  passedOver(operation: OperationRef, by: OperationRef, begun: boolean): void {
    this.#waiting.push({ event: 'passedOver', operation, by, begun })
  }

  /** `lastLine` is the last line of the command's output. */
  failedWith(
    operation: OperationRef,
    { status, output }: Pick<Applied, 'status' | 'output'>,
    lastLine?: string,
  ): Promise<void> {
    return this.#write({ event: 'finished', operation, status, output, ...(lastLine !== undefined && { lastLine }) })
  }

  failed(operation: OperationRef, reason: string): Promise<void> {
    return this.#write({ event: 'failed', operation, reason })
  }

  async flush(): Promise<void> {
    if (this.#waiting.length > 0) await this.#write()
  }

  async #write(...events: readonly HistoryEvent[]): Promise<void> {
    const all = [...this.#waiting, ...events]
    this.#waiting = []
    await this.#history.add(all)
  }
}
