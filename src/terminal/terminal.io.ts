/** The two streams of a program. */
import { writeSync } from 'node:fs'

export interface Terminal {
  out(text: string | Uint8Array): void
  err(text: string | Uint8Array): void
  /** Like `out`, for what goes on also when nobody reads it any more. */
  show?(text: string | Uint8Array): void
}

/** Those of this process. */
export const systemTerminal: Terminal = {
  out: (text) => write(1, text),
  // A remark that nobody reads changes nothing: how the program ends is told by its status.
  err: (text) => write(2, text, () => undefined),
  show: (text) => write(1, text, () => undefined),
}

const endQuietly = (): void => process.exit(0)

/** Writes at once and whole, so that nothing is lost however the process ends; a closed pipe does what `closed` does. */
function write(fd: number, content: string | Uint8Array, closed: () => void = endQuietly): void {
  let rest = typeof content === 'string' ? Buffer.from(content) : content
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(fd, rest))
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      // A terminal that has hung up says EIO.
      if (code === 'EPIPE' || code === 'EIO') {
        closed()
        return
      }
      if (code !== 'EAGAIN') throw error
      // The reader is slow and the pipe does not block: wait a little, then try again.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5)
    }
  }
}
