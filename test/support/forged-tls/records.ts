/** The records of TLS 1.3: read from a socket, and sealed and opened by AES-128-GCM. */
import { createCipheriv, createDecipheriv } from 'node:crypto'
import type { Socket } from 'node:net'

/** The keys of one side, and how many records they have sealed. */
export interface Direction {
  readonly key: Buffer
  readonly iv: Buffer
  sent: number
}

/** What was in a record. */
export interface Opened {
  readonly type: number
  readonly content: Buffer
}

const headerBytes = 5
const tagBytes = 16

/** Whole records as they come, with their headers. */
export async function* recordsOf(socket: Socket): AsyncGenerator<Buffer, undefined> {
  let rest = Buffer.alloc(0)
  for await (const bytes of socket) {
    rest = Buffer.concat([rest, bytes as Buffer])
    while (rest.length >= headerBytes && rest.length >= headerBytes + rest.readUInt16BE(3)) {
      const end = headerBytes + rest.readUInt16BE(3)
      yield rest.subarray(0, end)
      rest = rest.subarray(end)
    }
  }
  return undefined
}

export function sealRecord(direction: Direction, type: number, content: Buffer): Buffer {
  const header = Buffer.from([23, 3, 3, 0, 0])
  header.writeUInt16BE(content.length + 1 + tagBytes, 3)
  const cipher = createCipheriv('aes-128-gcm', direction.key, nonceOf(direction)).setAAD(header)
  return Buffer.concat([
    header,
    cipher.update(content),
    cipher.update(Buffer.of(type)),
    cipher.final(),
    cipher.getAuthTag(),
  ])
}

/** What is in it, and of which type; throws when it is not sealed by these keys. */
export function openRecord(direction: Direction, record: Buffer): Opened {
  const header = record.subarray(0, headerBytes)
  const decipher = createDecipheriv('aes-128-gcm', direction.key, nonceOf(direction)).setAAD(header)
  decipher.setAuthTag(record.subarray(-tagBytes))
  const inner = Buffer.concat([decipher.update(record.subarray(headerBytes, -tagBytes)), decipher.final()])
  let end = inner.length - 1
  // Zeros may follow the type.
  while (inner[end] === 0) end -= 1
  return { type: inner[end] ?? 0, content: inner.subarray(0, end) }
}

function nonceOf(direction: Direction): Buffer {
  const nonce = Buffer.from(direction.iv)
  const low = nonce.readUInt32BE(8)
  nonce.writeUInt32BE((low ^ direction.sent) >>> 0, 8)
  direction.sent += 1
  return nonce
}
