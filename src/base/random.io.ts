import { randomBytes, randomInt } from 'node:crypto'
import type { Random } from './random.ts'

/** The machine's own source of chance. */
export const systemRandom: Random = {
  bytes: (length) => new Uint8Array(randomBytes(length)),
  below: (limit) => randomInt(limit),
}
