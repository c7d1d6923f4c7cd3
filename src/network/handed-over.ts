/** What the daemon has handed over, open, until it is asked for. */

/** What was handed over at once, open in this process, and its number. */
export interface Taken {
  readonly number: number
  readonly descriptors: readonly number[]
}

/** What waits to be taken; undefined when nothing does. */
export type Take = () => Taken | undefined

/** Beyond the numbers of questions for files, and of each other. */
const [firstOfLanes, firstOfConnections] = [2 ** 40, 2 ** 41]

/** Under which number the memory for a lane is handed over. */
export function laneNumber(stream: number): number {
  return firstOfLanes + stream
}

/** The same for a connection of a user of this host. */
export function connectionNumber(connection: number): number {
  return firstOfConnections + connection
}

export class HandedOver {
  readonly #take: Take
  readonly #descriptorsByNumber = new Map<number, readonly number[]>()

  constructor(take: Take) {
    this.#take = take
  }

  /** Under a number, which the daemon names after it has handed it over. The caller closes them. */
  of(number: number): readonly number[] {
    for (let taken = this.#take(); taken !== undefined; taken = this.#take())
      this.#descriptorsByNumber.set(taken.number, taken.descriptors)
    const descriptors = this.#descriptorsByNumber.get(number) ?? []
    this.#descriptorsByNumber.delete(number)
    return descriptors
  }
}
