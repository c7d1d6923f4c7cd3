/** A failure as a person reads it. */
import { type IsconfError, inOneLine } from '../base/index.ts'

/**
 * A failure in two lines: what went wrong, and what to do. If its message lists several things, each has an indented
 * line.
 */
export function failureText(error: IsconfError, program = 'isconf'): string {
  // Elsewhere a line break is part of a name or a message, and may have been put there to pass a line off as ours.
  const message = error.lines.map(inOneLine).join('\n  ')
  return `${program}: error: ${message}\n${program}: hint: ${inOneLine(error.hint)}\n`
}

/** For -D: the code of the failure and where it came from; for a bug, the place in the program. */
export function originText(error: IsconfError, program = 'isconf'): string {
  let text = `${program}: failure ${error.code}, status ${error.exit}\n`
  let cause = error.cause
  for (let depth = 0; cause instanceof Error && depth < causesMax; depth += 1) {
    text += `${program}: because: ${error.code === 'UNEXPECTED' ? cause.stack : cause.message}\n`
    cause = cause.cause
  }
  return text
}

/** How many causes of a failure are followed: one that leads back to itself must not be followed for ever. */
const causesMax = 8
