/** How long the answer to a question is waited for. */
import type { Cancel, Clock } from '../base/index.ts'
import type { PeerId, PeerLiveness } from './transport.ts'

/** The other side did not answer within the limit. */
export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError'
}

/** The other side hangs: it answers nothing at all, and was not waited for until the limit. */
export class HangsError extends NoAnswerError {}

/** This much at a time tells a slow line from a peer that keeps others waiting. */
const progressBytes = 16 * 1024
/** As long may other things that come from the peer stand in front of an answer. */
const behindMsMax = 30_000

export interface AnswerWaitOptions {
  readonly liveness: PeerLiveness
  readonly clock: Clock
  readonly peer: PeerId
  /** What was asked, for the reason. */
  readonly protocol: string
  readonly timeoutMs: number
  /** As for ask(). */
  readonly onProgress: (() => void) | undefined
  /** Hears why nobody waits any more. */
  readonly onGivenUp: (reason: NoAnswerError) => void
}

export class AnswerWait {
  readonly #options: AnswerWaitOptions
  readonly #cancelWatch: Cancel
  readonly #beganMs: number
  #cancelLimit: Cancel = () => undefined
  /** All that had come from the peer when this limit began. */
  #heardBytes = 0
  /** Of the answer. */
  #cameBytes = 0
  #untoldBytes = 0

  constructor(options: AnswerWaitOptions) {
    this.#options = options
    const { liveness, clock, peer, protocol, onGivenUp } = options
    this.#beganMs = clock.monotonicMs()
    this.#arm()
    const onHang = (): void => onGivenUp(new HangsError(`${protocol}: ${peer} answers nothing at all`))
    this.#cancelWatch = liveness.watch(peer, onHang)
  }

  /** Some of the answer has come. */
  came(bytes: number): void {
    const { onProgress } = this.#options
    this.#cameBytes += bytes
    this.#untoldBytes += bytes
    if (onProgress === undefined || this.#untoldBytes < progressBytes) return
    this.#untoldBytes = 0
    this.#cancelLimit()
    this.#arm()
    onProgress()
  }

  /** Nobody waits any more. */
  end(): void {
    this.#cancelLimit()
    this.#cancelWatch()
  }

  #arm(): void {
    const { liveness, clock, peer, timeoutMs } = this.#options
    this.#heardBytes = liveness.heardBytes(peer)
    this.#cancelLimit = clock.after(timeoutMs, () => (this.#isBehindOthers() ? this.#arm() : this.#late()))
  }

  /** What comes from the peer meanwhile may stand in front of the answer: on a slow line for longer than any silence. */
  #isBehindOthers(): boolean {
    const { liveness, clock, peer, onProgress } = this.#options
    if (onProgress === undefined || this.#cameBytes > 0) return false
    const isComing = liveness.heardBytes(peer) - this.#heardBytes >= progressBytes
    return isComing && clock.monotonicMs() - this.#beganMs < behindMsMax
  }

  #late(): void {
    const { peer, protocol, timeoutMs, onProgress, onGivenUp } = this.#options
    const what = onProgress === undefined ? 'did not answer within' : 'sent next to nothing for'
    onGivenUp(new NoAnswerError(`${protocol}: ${peer} ${what} ${timeoutMs} ms`))
  }
}
