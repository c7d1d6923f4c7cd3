/** What will stand at a path when changes that are still to be made have been made. */
import { posix } from 'node:path'
import { type Found, foundAt } from './found-at.io.ts'
import { type Change, pathOf } from './look-ahead.ts'
import { isBelow } from './protected-paths.io.ts'

/** Of what is not there yet. */
const unwritten = { mode: 0, links: 0, sizeBytes: 0, diskBytes: 0, isImmutable: false, isAppendOnly: false }

export class Foreseen {
  readonly #put = new Map<string, Found['kind']>()
  /** Removed, with all that was below it. */
  readonly #removed = new Set<string>()
  #hasLinks = false

  note(change: Change): void {
    const path = pathOf(change)
    if (change.kind === 'symlink') this.#hasLinks = true
    if (change.kind !== 'removal') return void this.#put.set(path, change.kind)
    this.#removed.add(path)
    for (const other of this.#put.keys()) if (other === path || isBelow(other, path)) this.#put.delete(other)
  }

  /** The kind of what will have been put at the path itself; undefined if nothing will. */
  putAt(path: string): Found['kind'] | undefined {
    return this.#put.get(path)
  }

  /** What will stand at a path, which is `target` on this machine; `unknown` below a link that is yet to be made. */
  foundAt(path: string, target: string): Found | undefined | 'unknown' {
    const put = this.#put.get(path)
    return put === undefined ? this.foundBefore(path, target) : { kind: put, ...unwritten }
  }

  /** As above, before something was put there itself. */
  foundBefore(path: string, target: string): Found | undefined | 'unknown' {
    // What is only put in place leaves the way to all else as it is.
    if (!this.#hasLinks && this.#removed.size === 0) return foundAt(target)
    for (let above = path; ; above = posix.dirname(above)) {
      if (above !== path && this.#put.get(above) === 'symlink') return 'unknown'
      if (this.#removed.has(above)) return undefined
      if (above === '/') return foundAt(target)
    }
  }
}
