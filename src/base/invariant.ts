/** What cannot happen to a correct program. A daemon that meets it stops rather than replay a lie. */
export class InvariantError extends Error {
  override readonly name = 'InvariantError'
}

/** Throws an {@link InvariantError} unless `condition` holds. Stays on in production. */
export function invariant(condition: unknown, claim: string): asserts condition {
  if (!condition) throw new InvariantError(`broken invariant: ${claim}`)
}

/**
 * For who catches whatever a part throws and goes on: a broken invariant is
 * thrown again, out of everybody's reach, so that it ends the process.
 */
export function endIfBroken(thrown: unknown): void {
  if (!(thrown instanceof InvariantError)) return
  queueMicrotask(() => {
    throw thrown
  })
}

/** The end of a `switch` over a union: the compiler proves that no case is missing. */
export function unreachable(value: never): never {
  throw new InvariantError(`unreachable value: ${JSON.stringify(value)}`)
}
