/** Writes frames to the socket between the two processes. */
import type { Duplex } from 'node:stream'
import type { Clock } from '../base/index.ts'
import { type FrameKind, frameParts } from './wire.ts'

/** How long the end of a stream may wait for something to go with. */
const lateMs = 500
const nothing = new Uint8Array(0)

export class ChannelWriter {
  readonly #socket: Duplex
  readonly #clock: Clock
  #draining: Promise<void> | undefined
  #isHeld = false
  /** Streams whose end is not written yet. */
  #lateEnds: number[] = []
  #isTimed = false

  constructor(socket: Duplex, clock: Clock) {
    this.#socket = socket
    this.#clock = clock
  }

  /** `done` hears when the frame is out of this process's hands, or that it never will be. */
  write(kind: FrameKind, stream: number, payload: Uint8Array, done?: (error?: Error | null) => void): void {
    if (this.#socket.destroyed) {
      done?.(new Error('the other process has ended'))
      return
    }
    this.#holdForAWhile()
    if (this.#lateEnds.length > 0) this.#writeLateEnds()
    this.#frame(kind, stream, payload, done)
  }

  /** The end of a stream, for which nobody waits: it goes with what is written next, so that it wakes nobody by itself. */
  endLate(stream: number): void {
    if (this.#isHeld) {
      this.write('end', stream, nothing)
      return
    }
    this.#lateEnds.push(stream)
    if (this.#isTimed) return
    this.#isTimed = true
    this.#clock.after(lateMs, () => {
      this.#isTimed = false
      if (!this.#socket.destroyed) this.#writeLateEnds()
    })
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

  #writeLateEnds(): void {
    for (const stream of this.#lateEnds.splice(0)) this.#frame('end', stream, nothing)
  }

  #frame(kind: FrameKind, stream: number, payload: Uint8Array, done?: (error?: Error | null) => void): void {
    const [first, rest] = frameParts(kind, stream, payload)
    if (rest === undefined) this.#socket.write(first, done)
    else {
      this.#socket.write(first)
      this.#socket.write(rest, done)
    }
  }
}
