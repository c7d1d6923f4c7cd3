/** Writes frames to the socket between the two processes. */
import type { Duplex } from 'node:stream'
import { type FrameKind, headOf } from './wire.ts'

export class ChannelWriter {
  readonly #socket: Duplex
  #draining: Promise<void> | undefined
  #isHeld = false

  constructor(socket: Duplex) {
    this.#socket = socket
  }

  /** `done` hears when the frame is out of this process's hands, or that it never will be. */
  write(kind: FrameKind, stream: number, payload: Uint8Array, done?: (error?: Error | null) => void): void {
    const socket = this.#socket
    if (socket.destroyed) {
      done?.(new Error('the other process has ended'))
      return
    }
    this.#holdForAWhile()
    const head = headOf(kind, stream, payload.length)
    if (payload.length === 0) socket.write(head, done)
    else {
      socket.write(head)
      socket.write(payload, done)
    }
  }

  /** Resolves when what was written has gone, so far that more may be written. */
  async drained(): Promise<void> {
    const socket = this.#socket
    if (socket.destroyed || !socket.writableNeedDrain) return
    this.#draining ??= new Promise<void>((resolve) => {
      const done = (): void => {
        socket.off('drain', done)
        socket.off('close', done)
        this.#draining = undefined
        resolve()
      }
      socket.on('drain', done)
      socket.on('close', done)
    })
    await this.#draining
  }

  /** What is said of all that has just come is written at once, and wakes the other process once. */
  #holdForAWhile(): void {
    if (this.#isHeld) return
    this.#isHeld = true
    this.#socket.cork()
    // biome-ignore lint/style/noRestrictedGlobals: no time passes: it is when all that has come was heard.
    setImmediate(() => {
      this.#isHeld = false
      this.#socket.uncork()
    })
  }
}
