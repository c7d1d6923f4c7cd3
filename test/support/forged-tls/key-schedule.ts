/** The keys of a connection of TLS 1.3 (RFC 8446, section 7), with SHA-256 and AES-128-GCM. */
import { createHash, createHmac } from 'node:crypto'
import { vector } from './messages.ts'
import type { Direction } from './records.ts'

/** Client and server. */
export type Side = 'c' | 's'

/** The secrets of a connection, and what was said in it so far. */
export class KeySchedule {
  readonly #messages: Buffer[]
  readonly #hello: Buffer
  readonly #handshake: Buffer

  constructor(hellos: readonly Buffer[], shared: Buffer) {
    this.#messages = [...hellos]
    this.#hello = this.transcript()
    const early = hmac(Buffer.alloc(32), Buffer.alloc(32))
    this.#handshake = hmac(expand(early, 'derived', digest()), shared)
  }

  add(said: Buffer): void {
    this.#messages.push(said)
  }

  transcript(): Buffer {
    return digest(...this.#messages)
  }

  handshakeKeys(side: Side): Direction {
    return directionOf(this.#secretOf(side))
  }

  /** To be asked for when the server's part is said, and nothing after it. */
  applicationKeys(side: Side): Direction {
    const master = hmac(expand(this.#handshake, 'derived', digest()), Buffer.alloc(32))
    return directionOf(expand(master, `${side} ap traffic`, this.transcript()))
  }

  finishedBy(side: Side): Buffer {
    return hmac(expand(this.#secretOf(side), 'finished', Buffer.alloc(0)), this.transcript())
  }

  #secretOf(side: Side): Buffer {
    return expand(this.#handshake, `${side} hs traffic`, this.#hello)
  }
}

function directionOf(secret: Buffer): Direction {
  const none = Buffer.alloc(0)
  return { key: expand(secret, 'key', none, 16), iv: expand(secret, 'iv', none, 12), sent: 0 }
}

/** HKDF-Expand-Label, of which one block is always enough here. */
function expand(secret: Buffer, label: string, context: Buffer, bytes = 32): Buffer {
  const length = Buffer.of(0, bytes)
  const info = Buffer.concat([length, vector(1, Buffer.from(`tls13 ${label}`)), vector(1, context), Buffer.of(1)])
  return hmac(secret, info).subarray(0, bytes)
}

function hmac(key: Buffer, bytes: Buffer): Buffer {
  return createHmac('sha256', key).update(bytes).digest()
}

function digest(...parts: readonly Buffer[]): Buffer {
  return createHash('sha256').update(Buffer.concat(parts)).digest()
}
