/**
 * Tells the fetch of a blob which peers ask this host for the same blob. Such a peer fetches it too, or is about to, so
 * that it will soon have parts of it to give.
 */
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
