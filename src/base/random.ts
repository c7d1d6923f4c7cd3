/** Chance, handed in, so that a simulated world can repeat it from a seed. */
export interface Random {
  /** `length` unpredictable bytes. */
  bytes(length: number): Uint8Array
  /** A whole number from 0 to `limit` - 1. */
  below(limit: number): number
}

/** The same items in an order by chance. */
export function inAnyOrder<T>(items: readonly T[], random: Random): readonly T[] {
  const left = [...items]
  return items.map(() => left.splice(random.below(left.length), 1)[0] as T)
}
