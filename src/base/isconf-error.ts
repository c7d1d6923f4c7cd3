/** A failure of the table as it is thrown. */
import { type ErrorCode, errorKinds } from './errors.ts'

interface IsconfErrorOptions {
  readonly cause?: unknown
  readonly exit?: number | undefined
  readonly hint?: string | undefined
  /** What the message lists, a line each. */
  readonly list?: readonly string[]
}

/** A failure that can happen to a correct program: shown to the person as a message, never as a stack trace. */
export class IsconfError extends Error {
  override readonly name = 'IsconfError'
  readonly code: ErrorCode
  /** The exit status where it is not that of the table but that of a failed command. */
  readonly #exit: number | undefined
  /** The hint where it is not that of the table: it fits the situation better, or comes from a daemon of another release. */
  readonly #hint: string | undefined
  /** The message in its parts, where it lists several things: what is said of all, then each of them. */
  readonly lines: readonly string[]

  constructor(code: ErrorCode, message: string, options: IsconfErrorOptions = {}) {
    const lines = [message, ...(options.list ?? [])]
    super(lines.join('\n  '), options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.lines = lines
    this.#exit = options.exit
    this.#hint = options.hint
  }

  get exit(): number {
    return this.#exit ?? this.#kind.exit
  }

  get hint(): string {
    return this.#hint ?? this.#kind.hint
  }

  /** A code from a daemon of another release may not be in the table. */
  get #kind(): { readonly exit: number; readonly hint: string } {
    return errorKinds[this.code] ?? errorKinds.UNEXPECTED
  }
}

/** Anything thrown, as a failure with a code; what is not one already is UNEXPECTED. */
export function toIsconfError(thrown: unknown): IsconfError {
  if (thrown instanceof IsconfError) return thrown
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return new IsconfError('UNEXPECTED', message, { cause: thrown })
}
