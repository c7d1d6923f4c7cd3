/** A failure as a person reads it. */
import { errorKinds, IsconfError, inOneLine } from '../base/index.ts'

/** A line of a terminal. */
const columns = 80

/**
 * A failure in two lines: what went wrong, and what to do. If its message lists several things, each has an indented
 * line, and so has each way on after the first if they are too long for one.
 */
export function failureText(error: IsconfError, program = 'isconf'): string {
  // Elsewhere a line break is part of a name or a message, and may have been put there to pass a line off as ours.
  const message = error.lines.map(inOneLine).join('\n  ')
  return `${program}: error: ${message}\n${waysOn(`${program}: hint: ${inOneLine(error.hint)}`)}\n`
}

function waysOn(hint: string): string {
  return hint.length > columns ? hint.replaceAll('; or ', '\n  or ') : hint
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

/** `isconf bank add` is explained by `isconf help bank add`. */
export function helpHint(path: string): string {
  return `see \`${path.replace(' ', ' help ')}\``
}

/** Of wrong use that only a verb or the daemon can notice, and that says no more, the help of the verb says more. */
export function withHelpOf(path: string, error: IsconfError): IsconfError {
  if (error.code !== 'USAGE' || error.hint !== errorKinds.USAGE.hint) return error
  const [message = '', ...list] = error.lines
  return new IsconfError('USAGE', message, { cause: error, hint: helpHint(path), list })
}
