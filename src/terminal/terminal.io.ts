/** The two streams of this process. */
import { writeSync } from 'node:fs'
import { isatty, WriteStream } from 'node:tty'
import { errnoText, IsconfError, printable } from '../base/index.ts'
import { type Colours, inColours } from './colours.ts'
import type { Terminal } from './terminal.ts'

/** Those of this process. */
export const systemTerminal: Terminal = {
  get isScreen() {
    return isatty(1)
  },
  get progressColumns() {
    const moves = isatty(2) && !['dumb', ''].includes(process.env['TERM'] ?? '')
    return moves ? process.stderr.columns || 80 : undefined
  },
  out: (text, colours) => write(1, shown(1, text, colours)),
  // A remark that nobody reads changes nothing: how the program ends is told by its status.
  err: (text, colours) => write(2, shown(2, text, colours), () => undefined),
  // The command that writes this goes on, whoever reads it, and its daemon keeps the end of it (`isconf history`).
  show: (text) => write(1, text, () => undefined),
}

/** A text with colours, if the stream shows them: NO_COLOR, FORCE_COLOR and TERM mean what they mean to the runtime. */
function shown(fd: number, text: string | Uint8Array, colours: Colours | undefined): string | Uint8Array {
  if (colours === undefined || typeof text !== 'string' || !isatty(fd)) return text
  if (WriteStream.prototype.getColorDepth() <= 2) return text
  return Buffer.from(inColours(printable(text), colours))
}

type Failed = (error: NodeJS.ErrnoException) => void

/** If a pipe is closed, or a terminal has hung up, nobody reads it any more. Anything else is a failure. */
const endQuietly: Failed = (error) => {
  if (error.code === 'EPIPE' || error.code === 'EIO') process.exit(0)
  const hint = 'what was written is incomplete: make room there, or write it elsewhere'
  const message = `cannot write standard output: ${errnoText(error)}`
  throw new IsconfError('FILE_UNWRITABLE', message, { cause: error, hint })
}

/**
 * Writes everything at once, so that nothing is lost however the process ends; `failed` is called if that is not
 * possible.
 */
function write(fd: number, content: string | Uint8Array, failed: Failed = endQuietly): void {
  let rest = typeof content === 'string' ? Buffer.from(printable(content)) : content
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(fd, rest))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') {
        failed(error as NodeJS.ErrnoException)
        return
      }
      // The reader is slow and the pipe does not block: wait a little, then try again.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5)
    }
  }
}
