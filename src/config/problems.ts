/** What is wrong with a configuration file, line by line: the daemon stops at the first, `isconf lint` shows all. */
import { IsconfError } from '../base/index.ts'

export interface Problem {
  readonly line: number
  readonly message: string
}

/** What could be read of a file, and everything that could not. */
export interface Scanned<Value> {
  readonly value: Value
  /** In the order in which they were found. */
  readonly problems: readonly Problem[]
}

/** What was read. CONFIG, with `path` and the line, when there is a problem. */
export function withoutProblems<Value>({ value, problems }: Scanned<Value>, path: string): Value {
  const [first] = problems
  if (first !== undefined) throw new IsconfError('CONFIG', `${path}:${first.line}: ${first.message}`)
  return value
}

/** Ends the reading of one line; for use inside of {@link noting}. */
export function fail(message: string): never {
  throw new LineError(message)
}

/** What `read` returns; undefined, with one problem more, when it fails. */
export function noting<Value>(problems: Problem[], line: number, read: () => Value): Value | undefined {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof LineError)) throw error
    problems.push({ line, message: error.message })
    return undefined
  }
}

class LineError extends Error {}
