/** One at a time, in the order of asking. */
export class Mutex {
  #last: Promise<unknown> = Promise.resolve()
  #asked = 0

  /** Whether something runs, or waits for its turn. */
  get isHeld(): boolean {
    return this.#asked > 0
  }

  /** Runs `work` after all that was asked for before has ended, well or not. */
  run<T>(work: () => Promise<T>): Promise<T> {
    this.#asked += 1
    const turn = async (): Promise<T> => {
      try {
        return await work()
      } finally {
        this.#asked -= 1
      }
    }
    const result = this.#last.then(turn, turn)
    this.#last = result.catch(() => undefined)
    return result
  }
}
