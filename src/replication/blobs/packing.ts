/**
 * Parts of files made smaller for their way, each by itself, where a sample says that it pays: text shrinks to a fraction,
 * and a hole to nothing, while what is packed already would only cost time.
 */
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'

/** The sample is taken at three places, for a file's beginning is often unlike the rest. */
const sampleBytes = 4 * 1024
const sampleCount = 3
/** Less than this is not worth the looking. */
const partBytesMin = 1024
/** What a part has to shrink to. */
const paysBelow = 0.8
const options = { params: { [constants.ZSTD_c_compressionLevel]: 1 } }

/** The part, packed when that pays. */
export function pack(bytes: Uint8Array): { readonly bytes: Uint8Array; readonly isPacked: boolean } {
  // What is no longer than a sample is one: it would be packed twice.
  const isShort = bytes.length <= sampleCount * sampleBytes
  if (bytes.length >= partBytesMin && (isShort || pays(sampleOf(bytes)))) {
    const packed = zstdCompressSync(bytes, options)
    if (packed.length < bytes.length * paysBelow) return { bytes: packed, isPacked: true }
  }
  return { bytes, isPacked: false }
}

/** A packed part of `length` bytes as it was. Throws when it is none; whether it is the right one is told by its hash. */
export function unpack(bytes: Uint8Array, length: number): Uint8Array {
  const part = zstdDecompressSync(bytes, { maxOutputLength: length })
  if (part.length !== length) throw new Error(`a packed part has ${part.length} bytes, and should have ${length}`)
  return part
}

function pays(sample: Uint8Array): boolean {
  return zstdCompressSync(sample, options).length < sample.length * paysBelow
}

function sampleOf(bytes: Uint8Array): Uint8Array {
  const middle = bytes.length >>> 1
  return Buffer.concat([
    bytes.subarray(0, sampleBytes),
    bytes.subarray(middle, middle + sampleBytes),
    bytes.subarray(bytes.length - sampleBytes),
  ])
}
