/**
 * The bytes of /isconf/blob/2. A stream carries requests one after the other,
 * each answered before the next is read:
 *
 *     request   kind (1 byte), blob id (32), position (8), length (4); numbers big-endian
 *     answer    status (1 byte), length of what follows (4), and that
 *
 * `held` is answered with a bit for each piece, the first in the lowest bit of
 * the first byte, or with nothing by who has the whole; `hashes` with the
 * piece list; `range` with an answer for each MiB asked for, from its start,
 * as it is or packed (packing.ts).
 */
import { pieceBytes } from '../base/index.ts'

export const blobProtocol = '/isconf/blob/2'
export const blobRequestBytes = 45
export const blobAnswerHeadBytes = 5

/** How many bytes one range may have: larger ones cost as much, and repeat more after a break. */
export const rangeBytesMax = 4 * pieceBytes

/**
 * Files that are larger than this travel on a connection of their own, so that questions do not wait behind them; over
 * a slow line, less takes half a second.
 */
const talkBytesMax = 64 * 1024

export function isBulk(sizeBytes: number): boolean {
  return sizeBytes > talkBytesMax
}

/** How many bytes all these files have together. */
export function bytesOf(files: readonly { readonly sizeBytes: number }[]): number {
  return files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
}

const kinds = ['held', 'hashes', 'range'] as const
export type BlobRequestKind = (typeof kinds)[number]

export interface BlobRequest {
  readonly kind: BlobRequestKind
  readonly id: string
  readonly position: number
  readonly length: number
}

export function encodeRequest({ kind, id, position, length }: BlobRequest): Uint8Array {
  const bytes = Buffer.alloc(blobRequestBytes)
  bytes.writeUInt8(kinds.indexOf(kind) + 1)
  bytes.write(id, 1, 'hex')
  bytes.writeBigUInt64BE(BigInt(position), 33)
  bytes.writeUInt32BE(length, 41)
  return bytes
}

/** Undefined if it is not a request of this protocol. */
export function decodeRequest(bytes: Uint8Array): BlobRequest | undefined {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const kind = kinds[view.readUInt8() - 1]
  const position = Number(view.readBigUInt64BE(33))
  const length = view.readUInt32BE(41)
  if (kind === undefined || !Number.isSafeInteger(position) || length > rangeBytesMax) return undefined
  return { kind, id: view.toString('hex', 1, 33), position, length }
}

/** What follows the head of an answer. */
export interface AnswerHead {
  readonly length: number
  readonly isPacked: boolean
}

const [missing, plain, packed] = [0, 1, 2]

/** The head of an answer; undefined stands for "it is not here". */
export function encodeAnswerHead(head: AnswerHead | undefined): Uint8Array {
  const bytes = Buffer.alloc(blobAnswerHeadBytes)
  bytes.writeUInt8(head === undefined ? missing : head.isPacked ? packed : plain)
  bytes.writeUInt32BE(head?.length ?? 0, 1)
  return bytes
}

/** What follows; undefined if what was asked for is not there. */
export function decodeAnswerHead(bytes: Uint8Array): AnswerHead | undefined {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const status = view.readUInt8()
  return status === plain || status === packed
    ? { length: view.readUInt32BE(1), isPacked: status === packed }
    : undefined
}

export function encodeBits(count: number, has: (index: number) => boolean): Uint8Array {
  const bits = new Uint8Array(Math.ceil(count / 8))
  for (let index = 0; index < count; index++)
    if (has(index)) bits[index >> 3] = (bits[index >> 3] ?? 0) | (1 << (index & 7))
  return bits
}

export function bitAt(bits: Uint8Array, index: number): boolean {
  return (((bits[index >> 3] ?? 0) >> (index & 7)) & 1) === 1
}
