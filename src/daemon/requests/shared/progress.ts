/** Telling how far a request has come. */
import type { Tell } from './request.ts'

/** A listener that tells how much of the files to be recorded is read. */
export function readProgressTo(tell: Tell): (doneBytes: number, totalBytes: number) => void {
  return (doneBytes, totalBytes) => void tell({ event: 'progress', text: `read ${doneBytes} of ${totalBytes} bytes` })
}
