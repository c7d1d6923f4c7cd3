/** Shows what the daemon tells while it works. */
import { inOneLine } from '../base/index.ts'
import type { EventListener } from '../control/index.ts'
import type { Terminal } from '../terminal/index.ts'

/** Commands' output goes where they sent it, `out` or standard error, all else to that; with `quiet` no progress. */
export function showEvent(terminal: Terminal, out: Terminal['out'], quiet: boolean): EventListener {
  return (event) => {
    switch (event.event) {
      case 'output': {
        const bytes = Buffer.from(event.bytes, 'base64')
        if (event.stream === 'stdout') out(bytes)
        else terminal.err(bytes)
        return
      }
      case 'progress':
        if (quiet) return
        if (event.counts) terminal.move?.(`isconf: ${inOneLine(event.text)}`)
        else terminal.err(`isconf: ${inOneLine(event.text)}\n`)
        return
      case 'remark':
        terminal.err(`isconf: ${inOneLine(event.text)}\n`)
    }
  }
}
