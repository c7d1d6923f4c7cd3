/** A failure of the table as it is thrown. */
import { type ErrorCode, errorKinds } from './errors.ts'

/** A failure that can happen to a correct program: shown to the person as a message, never as a stack trace. */
export class IsconfError extends Error {
  override readonly name = 'IsconfError'
  readonly code: ErrorCode
  /** The exit status where it is not that of the table but that of a failed command. */
  readonly #exit: number | undefined
  /** The hint where it is not that of the table: it fits the situation better, or comes from a daemon of another release. */
  readonly #hint: string | undefined

  constructor(code: ErrorCode, message: string, options: { cause?: unknown; exit?: number; hint?: string } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
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
