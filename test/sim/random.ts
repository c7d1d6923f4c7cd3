import type { Random } from '../../src/base/index.ts'

/** Chance that a seed repeats: xoshiro128** by Blackman and Vigna, its state filled by splitmix32. */
export function seededRandom(seed: number): Random {
  const next = xoshiro128(seed)
  // 53 bits, so that any limit a double can hold exactly is reached evenly.
  const fraction = (): number => ((next() >>> 5) * 0x4000000 + (next() >>> 6)) / 0x20000000000000
  return {
    bytes: (length) => Uint8Array.from({ length }, () => next() & 0xff),
    below: (limit) => Math.floor(fraction() * limit),
  }
}

/** True about `rate` of the times, from 0 (never) to 1 (always). */
export function chance(random: Random, rate: number): boolean {
  const resolution = 1_000_000
  return random.below(resolution) < rate * resolution
}

function xoshiro128(seed: number): () => number {
  const fill = splitmix32(seed)
  let [a, b, c, d] = [fill(), fill(), fill(), fill()]
  return () => {
    const result = Math.imul(rotateLeft(Math.imul(b, 5), 7), 9) >>> 0
    const t = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= t
    d = rotateLeft(d, 11)
    return result
  }
}

function splitmix32(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x9e3779b9) | 0
    let z = state ^ (state >>> 16)
    z = Math.imul(z, 0x21f0aaad)
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
    return z ^ (z >>> 15)
  }
}

function rotateLeft(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits))
}
