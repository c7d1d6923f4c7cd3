/** A line of a screen that is written over as the work goes on, and is gone before anything else is written. */
import { printable } from '../base/index.ts'
import type { Terminal } from './terminal.ts'

const clearLine = Buffer.from('\r\x1b[K')

/** The same terminal with a moving line on standard error. */
export function withMovingLine(terminal: Terminal): Required<Omit<Terminal, 'progressColumns'>> {
  let isShown = false
  const cleared = (write: Terminal['out']): Terminal['out'] => {
    return (text) => {
      if (isShown) terminal.err(clearLine)
      isShown = false
      write(text)
    }
  }
  return {
    get isScreen() {
      return terminal.isScreen === true
    },
    out: cleared((text) => terminal.out(text)),
    err: cleared((text) => terminal.err(text)),
    show: cleared((text) => (terminal.show ?? terminal.out)(text)),
    move: (text) => {
      const columns = terminal.progressColumns
      if (columns === undefined) return
      isShown = true
      terminal.err(Buffer.concat([clearLine, Buffer.from(fitting(printable(text), columns - 1))]))
    },
  }
}

/** As much of the text as fits: a line that is broken by the screen can't be written over. */
function fitting(text: string, columns: number): string {
  let width = 0
  let shown = ''
  for (const character of text) {
    // Most of what is wide is behind these; what is not is shortened too much at worst.
    width += character >= '\u1100' ? 2 : 1
    if (width > columns) return shown
    shown += character
  }
  return shown
}
