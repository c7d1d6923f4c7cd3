/** Shows what the daemon tells while it works. */
import { inOneLine } from '../base/index.ts'
import type { EventListener } from '../control/index.ts'
import type { Terminal } from '../terminal/index.ts'

type ProgressEvent = Extract<Parameters<EventListener>[0], { event: 'progress' }>

/**
 * The output of commands goes where they sent it, `out` or standard error; everything else goes to standard error. With
 * `quiet`, progress is left out.
 */
export function showEvent(terminal: Terminal, out: Terminal['out'], quiet: boolean): EventListener {
  // On a screen the steps move in one line; only one that has written something keeps its own, above what it wrote.
  let moving: string | undefined
  const showProgress = ({ text, step, counts }: ProgressEvent): void => {
    const line = `isconf: ${inOneLine(text)}`
    const isMoving = (step || counts) && terminal.move?.(line)
    if (step) moving = isMoving ? `${line}\n` : undefined
    if (!isMoving && !counts) terminal.err(`${line}\n`)
  }
  return (event) => {
    switch (event.event) {
      case 'output': {
        if (moving !== undefined) terminal.err(moving)
        moving = undefined
        const bytes = Buffer.from(event.bytes, 'base64')
        if (event.stream === 'stdout') out(bytes)
        else terminal.err(bytes)
        return
      }
      case 'progress':
        if (!quiet) showProgress(event)
        return
      case 'remark':
        terminal.err(`isconf: ${inOneLine(event.text)}\n`)
    }
  }
}
