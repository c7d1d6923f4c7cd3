/** Has who fetches a blob hear of each peer that asks for the same one: it fetches it, too, or is about to. */
import type { Cancel } from '../../base/index.ts'
import type { PeerId } from '../../mesh/index.ts'

export class Askers {
  readonly #fetchById = new Map<string, (peer: PeerId) => void>()

  /** A peer has asked what is here of a blob. */
  readonly asked = (id: string, peer: PeerId): void => this.#fetchById.get(id)?.(peer)

  /** A blob is fetched from now on, until that is cancelled. */
  listen(id: string, listener: (peer: PeerId) => void): Cancel {
    this.#fetchById.set(id, listener)
    return () => this.#fetchById.delete(id)
  }
}
