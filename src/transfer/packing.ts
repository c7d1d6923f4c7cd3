/**
 * Compresses parts of files for their way, each by itself, if a sample says that it pays: text shrinks to a fraction,
 * and a hole to nothing, but what is compressed already would only cost time.
 */
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'

/** The sample is taken at three places, because the beginning of a file is often unlike the rest. */
const sampleBytes = 4 * 1024
const sampleCount = 3
/** A smaller part is not worth a try. */
const partBytesMin = 1024
/** To what share of its size a part must shrink. */
const paysBelow = 0.8
/** ZSTD_c_compressionLevel of zlib's constants, which would be loaded with it before anything is to be compressed. */
const compressionLevel = 100
const options = { params: { [compressionLevel]: 1 } }

/** The part, compressed if that pays. */
export function pack(bytes: Uint8Array): { readonly bytes: Uint8Array; readonly isPacked: boolean } {
  // What is no longer than a sample is one: it would be packed twice.
  const isShort = bytes.length <= sampleCount * sampleBytes
  if (bytes.length >= partBytesMin && (isShort || pays(sampleOf(bytes)))) {
    const packed = zstdCompressSync(bytes, options)
    if (packed.length < bytes.length * paysBelow) return { bytes: packed, isPacked: true }
  }
  return { bytes, isPacked: false }
}

/** Restores a compressed part of `length` bytes. Throws if it is none; its hash tells whether it is the right one. */
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
