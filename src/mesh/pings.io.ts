/** The pings of one connection: one at a time, whoever waits for its answer and for how long. */

/** Sends a ping; false when that can't be done. */
type Send = (onAnswer: (error: Error | null) => void) => boolean

export class Pings {
  readonly #send: Send
  /** How long the answer has taken lately; undefined before the first one. */
  roundTripMs: number | undefined
  #underWay: Promise<boolean> | undefined

  constructor(send: Send) {
    this.#send = send
  }

  /** Whether there is an answer at all: settles with it, or when the connection is closed. */
  answer(): Promise<boolean> {
    this.#underWay ??= this.#ask()
    return this.#underWay
  }

  /** Whether there is an answer within the limit. */
  async answerWithin(limitMs: number): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<false>((resolve) => {
      timer = setTimeout(() => resolve(false), limitMs)
    })
    try {
      return await Promise.race([this.answer(), late])
    } finally {
      clearTimeout(timer)
    }
  }

  async #ask(): Promise<boolean> {
    const beganMs = performance.now()
    const isAnswered = await new Promise<boolean>((resolve) => {
      if (!this.#send((error) => resolve(error === null))) resolve(false)
    })
    this.#underWay = undefined
    // A slow answer counts for a while, because the next one may be as slow.
    if (isAnswered) this.roundTripMs = Math.max(performance.now() - beganMs, (this.roundTripMs ?? 0) / 2)
    return isAnswered
  }
}
