/** A line on a screen that is overwritten as the work goes on, and is gone before anything else is written. */
import { printable } from '../base/index.ts'
import type { Terminal } from './terminal.ts'

const clearLine = Buffer.from('\r\x1b[K')
const lineFeed = 0x0a

/** The same terminal with a moving line on standard error. */
export function withMovingLine(terminal: Terminal): Required<Omit<Terminal, 'progressColumns'>> {
  let isShown = false
  // What a command has written without the end of its line must not be written over.
  let isWithinLine = false
  const cleared = (write: Terminal['out'], isOnScreen: () => boolean): Terminal['out'] => {
    return (text, colours) => {
      if (isShown) terminal.err(clearLine)
      isShown = false
      if (text.length > 0 && isOnScreen()) isWithinLine = !['\n', lineFeed].includes(text.at(-1) ?? '')
      write(text, colours)
    }
  }
  const isScreen = (): boolean => terminal.isScreen === true
  return {
    get isScreen() {
      return isScreen()
    },
    out: cleared((text, colours) => terminal.out(text, colours), isScreen),
    err: cleared(
      (text, colours) => terminal.err(text, colours),
      () => true,
    ),
    show: cleared((text) => (terminal.show ?? terminal.out)(text), isScreen),
    move: (text) => {
      const columns = terminal.progressColumns
      if (columns === undefined) return false
      if (text === '') {
        if (isShown) terminal.err(clearLine)
        isShown = false
        return true
      }
      if (isWithinLine) terminal.err('\n')
      isWithinLine = false
      isShown = true
      terminal.err(Buffer.concat([clearLine, Buffer.from(fitting(printable(text), columns - 1))]))
      return true
    },
  }
}

/** As much of the text as fits: a line that the screen breaks can't be overwritten. */
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
