/** Chance, handed in, so that a simulated world can repeat it from a seed. */
export interface Random {
  /** `length` unpredictable bytes. */
  bytes(length: number): Uint8Array
  /** A whole number from 0 to `limit` - 1. */
  below(limit: number): number
}
