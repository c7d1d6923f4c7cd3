/** Where paths are on this machine, or will be once their directories are made. */
import { basename, dirname, join } from 'node:path'
import type { Walk } from './walk.io.ts'

export interface Place {
  readonly path: string
  /** The links that led there. */
  readonly links: readonly string[]
}

/** What it has found it believes: made for paths that are asked for at once, most of which lie in few directories. */
export class Places {
  readonly #walk: Walk
  readonly #byDirectory = new Map<string, Place>()

  constructor(walk: Walk) {
    this.#walk = walk
  }

  /** With the links of its directories followed, and its own not. */
  async of(path: string): Promise<Place> {
    if (path === '/') return { path: this.#walk.root, links: [] }
    const above = await this.ofDirectory(dirname(path))
    return { ...above, path: join(above.path, basename(path)) }
  }

  /** With its own link followed, too. */
  async ofDirectory(path: string): Promise<Place> {
    const place = this.#byDirectory.get(path) ?? (await this.#look(path))
    this.#byDirectory.set(path, place)
    return place
  }

  async #look(path: string): Promise<Place> {
    try {
      const { directory, links } = await this.#walk.onTheWay(path)
      return { path: directory.path, links: links.map((link) => link.path) }
    } catch {
      return this.of(path)
    }
  }
}
