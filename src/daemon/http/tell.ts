/** What a caller is told while it is done: by events, and at the speed at which they are read. */
import type { Writable } from 'node:stream'
import { type Clock, within } from '../../base/index.ts'
import type { ControlEvent } from '../../control/index.ts'
import type { Tell } from '../requests/shared/request.ts'

/**
 * How long a request that changes this host waits for a caller that does not read. Somebody with a pager reads again by
 * then.
 */
export const patienceMsMax = 60_000

/**
 * Events as lines of a stream. With a clock a reader that has not read for {@link patienceMsMax}, as behind a terminal
 * that hangs, misses output from then on, and the work goes on; it is told how much when it reads again. Without one
 * everything waits for the reader.
 */
export function tellTo(stream: Writable, clock?: Clock): Tell {
  let isAwaited = true
  let missedBytes = 0
  const write = (event: ControlEvent): boolean => stream.write(`${JSON.stringify(event)}\n`)
  const readsAgain = (): void => {
    isAwaited = true
    if (missedBytes > 0)
      write({ event: 'remark', text: `${missedBytes} bytes of output are not shown: nobody read them` })
    missedBytes = 0
  }
  return (event) => {
    if (stream.destroyed || stream.writableEnded) return undefined
    if (!isAwaited && !stream.writableNeedDrain) readsAgain()
    if (!isAwaited && event.event === 'output') {
      missedBytes += Buffer.byteLength(event.bytes, 'base64')
      return undefined
    }
    if (write(event) || !isAwaited) return undefined
    if (!clock) return drained(stream)
    return within(clock, patienceMsMax, drained(stream), () => {
      isAwaited = false
    })
  }
}

/** Resolves when what was written is read, or nobody will read it any more. */
function drained(stream: Writable): Promise<void> {
  return new Promise((resolve) => {
    const goOn = (): void => {
      stream.off('drain', goOn).off('close', goOn)
      resolve()
    }
    stream.on('drain', goOn).on('close', goOn)
  })
}
