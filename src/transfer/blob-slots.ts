/** Bounds work: only so many jobs at once, and so many for one asker; the others wait for their turn. */
export class Slots<Asker> {
  readonly #max: number
  readonly #perAskerMax: number
  readonly #countByAsker = new Map<Asker, number>()
  readonly #waiting: { readonly asker: Asker; readonly start: () => void }[] = []
  #count = 0

  constructor(max: number, perAskerMax: number) {
    this.#max = max
    this.#perAskerMax = perAskerMax
  }

  /** Runs `work` when there is a slot for its asker, in the order of the calls. */
  async run<T>(asker: Asker, work: () => Promise<T>): Promise<T> {
    await new Promise<void>((resolve) => {
      this.#waiting.push({ asker, start: resolve })
      this.#startNext()
    })
    try {
      return await work()
    } finally {
      this.#count--
      const left = (this.#countByAsker.get(asker) ?? 1) - 1
      if (left > 0) this.#countByAsker.set(asker, left)
      else this.#countByAsker.delete(asker)
      this.#startNext()
    }
  }

  /** Whether some job waits only because so many of all askers are under way. */
  get isWaitedFor(): boolean {
    return this.#nextIndex() >= 0
  }

  #nextIndex(): number {
    return this.#waiting.findIndex(({ asker }) => (this.#countByAsker.get(asker) ?? 0) < this.#perAskerMax)
  }

  #startNext(): void {
    while (this.#count < this.#max) {
      const index = this.#nextIndex()
      const [next] = index < 0 ? [] : this.#waiting.splice(index, 1)
      if (next === undefined) return
      this.#count++
      this.#countByAsker.set(next.asker, (this.#countByAsker.get(next.asker) ?? 0) + 1)
      next.start()
    }
  }
}
