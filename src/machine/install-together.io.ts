/**
 * Installs several entries with few waits for the disk. All are made beside their places at once, then put in place one
 * after the other, in their order, and at last the directories are synced, all at once. So whatever is in place is
 * whole, later entries show later, and nothing counts before it is acknowledged.
 */
import { rmdir } from 'node:fs/promises'
import { posix } from 'node:path'
import type { Entry } from '../base/directory.io.ts'
import { inLanes } from '../base/index.ts'
import { Places } from '../base/places.io.ts'
import { type Installing, makeParent, type Prepared, reportOn, toInstallFailure } from './install.io.ts'
import type { InstallReport } from './machine.ts'
import { syncDirectory } from './sync-directory.io.ts'

/** Entries that are made, or directories that are synced, at once: the disk takes their syncs together. */
const atOnceMax = 16

/** See {@link Machine.install}. */
export async function installTogether(entries: readonly Installing[]): Promise<readonly InstallReport[]> {
  const batch = new Batch(entries.slice(0, await independentCount(entries)))
  await batch.makeParents()
  await batch.prepare()
  await batch.place()
  await batch.clear()
  return batch.end()
}

/**
 * How many of the first entries do not lie below one another: what lies below another entry may lead elsewhere once
 * that is in place.
 */
async function independentCount(entries: readonly Installing[]): Promise<number> {
  const paths = new Set<string>()
  const placesTaken = new Set<string>()
  const [first] = entries
  if (first === undefined) return 0
  const places = new Places(first.walk)
  for (const [index, { attributes }] of entries.entries()) {
    const { path } = attributes
    for (let above = posix.dirname(path); above !== '/'; above = posix.dirname(above))
      if (paths.has(above)) return index
    const place = await places.of(path)
    if (place.links.some((link) => placesTaken.has(link))) return index
    paths.add(path)
    placesTaken.add(place.path)
  }
  return entries.length
}

class Batch {
  readonly #entries: readonly Installing[]
  /** How many of the entries, from the first on, have not failed. */
  #good: number
  #failure: unknown
  /** What was made for each entry. */
  readonly #parents: Entry[][] = []
  readonly #prepared: (Prepared | undefined)[] = []
  #placed = 0

  constructor(entries: readonly Installing[]) {
    this.#entries = entries
    this.#good = entries.length
  }

  /** In order, because entries share parents. */
  async makeParents(): Promise<void> {
    const there = new Set<string>()
    await this.#untilFailure(1, async (entry, index) => {
      const made: Entry[] = []
      this.#parents[index] = made
      for (const parent of entry.attributes.parents) {
        if (there.has(parent.path)) continue
        const place = await makeParent(parent, entry)
        if (place) made.push(place)
        there.add(parent.path)
      }
    })
  }

  async prepare(): Promise<void> {
    await this.#untilFailure(atOnceMax, async (entry, index) => {
      // Before anything is changed: a name that is not here.
      entry.numbersOf(entry.attributes.owner)
      this.#prepared[index] = await entry.prepare()
    })
  }

  async place(): Promise<void> {
    await this.#untilFailure(1, async (_, index) => {
      await this.#prepared[index]?.place()
      this.#placed = index + 1
    })
  }

  /** Undoes what was made for entries that are not in place. */
  async clear(): Promise<void> {
    for (const prepared of this.#prepared.slice(this.#placed)) await prepared?.discard()
    for (const entry of this.#entries) await entry.staging.clear()
    for (const { at } of this.#parents.slice(this.#placed).flat().reverse()) await rmdir(at).catch(() => undefined)
  }

  /** Syncs all that is in place. Throws why the first entry could not be installed. */
  async end(): Promise<readonly InstallReport[]> {
    const [first] = this.#entries
    if (first === undefined) return []
    const { path } = first.attributes
    const fail = async (error: unknown): Promise<never> => {
      throw await toInstallFailure(path, first.real(path), error)
    }
    if (this.#placed === 0) return fail(this.#failure)
    const changed = [
      ...this.#prepared.slice(0, this.#placed).flatMap((prepared) => prepared?.directory ?? []),
      ...this.#parents.slice(0, this.#placed).flatMap((made) => made.map(({ directory }) => directory.self)),
    ]
    await inLanes([...new Set(changed)], atOnceMax, (path) => syncDirectory(path)).catch(fail)
    return this.#entries.slice(0, this.#placed).map((entry, index) => reportOn(entry, this.#prepared[index]))
  }

  /** Does something for each good entry. When one fails, that one and those after it are no longer good. */
  async #untilFailure(atOnce: number, run: (entry: Installing, index: number) => Promise<void>): Promise<void> {
    await inLanes(this.#entries.slice(0, this.#good), atOnce, async (entry, index) => {
      if (index >= this.#good) return
      try {
        await run(entry, index)
      } catch (error) {
        if (index >= this.#good) return
        this.#good = index
        this.#failure = error
      }
    })
  }
}
