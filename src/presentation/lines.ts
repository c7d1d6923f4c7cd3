/** Cuts what comes in pieces into lines. */
export class Lines {
  readonly #take: (line: string) => void
  #rest: Buffer[] = []

  constructor(take: (line: string) => void) {
    this.#take = take
  }

  add(bytes: Buffer): void {
    let from = 0
    for (let end = bytes.indexOf(newline); end !== -1; end = bytes.indexOf(newline, from)) {
      this.#take(Buffer.concat([...this.#rest, bytes.subarray(from, end)]).toString('utf8'))
      this.#rest = []
      from = end + 1
    }
    if (from < bytes.length) this.#rest.push(bytes.subarray(from))
  }
}

const newline = 0x0a
