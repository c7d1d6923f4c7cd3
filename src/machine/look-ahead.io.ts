/**
 * Looking at the places of changes before any of them is made: what stands there, what guards it, what is mounted, whether
 * there is room, and whether the owners are known. Nothing is written. See docs/design/look-before.md.
 */
import { realpath } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { errnoText } from '../base/index.ts'
import { Walk, walking } from '../base/walk.io.ts'
import { DiskRoom } from './disk-room.io.ts'
import { type Found, guardText } from './found-at.io.ts'
import { inTheWay } from './in-the-way.io.ts'
import { kindObstacle } from './kind-obstacle.ts'
import { type Change, type LookAhead, pathOf } from './look-ahead.ts'
import { type LookedAt, LookedAtDirectories, readOnlyText } from './looked-at.io.ts'
import type { FileOwner } from './machine.ts'
import { type Mount, mounts } from './mounts.io.ts'
import type { NumbersOf } from './owners.io.ts'
import { isBelow, type ProtectedPaths } from './protected-paths.io.ts'
import { lookAtRemoval } from './removal-obstacle.io.ts'

export interface LookDeps {
  /** The directory that stands for /. */
  readonly root: string
  /** Where IS_HOME is. */
  readonly home: string
  readonly protectedPaths: Pick<ProtectedPaths, 'refuseRemoval'>
  readonly numbersOf: (owners: readonly FileOwner[]) => Promise<NumbersOf>
  /** Whether what plain users have put in the way is moved aside; otherwise it is taken for moved. */
  readonly movesAside: boolean
}

type Installing = Exclude<Change, { kind: 'removal' }>

/** How many directories one walk keeps open. */
const atOnceMax = 256

/** See {@link Machine.lookAhead}. */
export function lookAhead(deps: LookDeps): LookAhead {
  let begun: Promise<Looking> | undefined
  const asides: string[] = []
  return {
    asides: () => asides.splice(0),
    obstacles: async (changes) => {
      begun ??= Looking.begin(deps, (text) => asides.push(text))
      return (await begun).obstacles(changes)
    },
  }
}

class Looking {
  readonly #deps: LookDeps
  /** With links on the way to it followed. */
  readonly #home: string
  readonly #places: LookedAtDirectories
  readonly #room = new DiskRoom()
  /** Paths where something of a plain user stood in the way. */
  readonly #freed = new Set<string>()
  readonly #tellAside: (text: string) => void

  private constructor(deps: LookDeps, home: string, all: readonly Mount[], tellAside: (text: string) => void) {
    this.#deps = deps
    this.#tellAside = tellAside
    this.#home = home
    this.#places = new LookedAtDirectories(new Walk(deps.root), all)
  }

  static async begin(deps: LookDeps, tellAside: (text: string) => void): Promise<Looking> {
    const home = await realpath(deps.home).catch(() => deps.home)
    return new Looking(deps, home, await mounts().catch(() => []), tellAside)
  }

  /** See {@link LookAhead.obstacles}. */
  async obstacles(changes: readonly Change[]): Promise<readonly (string | undefined)[]> {
    const numbersOf = await this.#deps.numbersOf(changes.flatMap(ownersOf))
    const obstacles: (string | undefined)[] = []
    for (let from = 0; from < changes.length; from += atOnceMax) {
      await walking(this.#deps.root, async (walk) => {
        this.#places.walk = walk
        for (const change of changes.slice(from, from + atOnceMax)) obstacles.push(await this.#next(change, numbersOf))
      })
    }
    return obstacles
  }

  async #next(change: Change, numbersOf: NumbersOf): Promise<string | undefined> {
    const isRemoval = change.kind === 'removal'
    const look = (): Promise<string | undefined> =>
      (isRemoval ? this.#atRemoval(change.path) : this.#at(change, numbersOf)).catch(errnoText)
    let obstacle = await look()
    while (obstacle !== undefined && (await this.#movesAside(change))) obstacle = await look()
    this.#places.note(change)
    return obstacle === undefined
      ? undefined
      : `cannot ${isRemoval ? 'remove' : 'install'} ${pathOf(change)}: ${obstacle}`
  }

  /** Whether something of a plain user was in the way and is so no longer. */
  async #movesAside(change: Change): Promise<boolean> {
    const { movesAside } = this.#deps
    const found = await inTheWay(change, this.#places.walk, movesAside).catch(() => undefined)
    // What is there again at once, or was not the obstacle, is left to stop this.
    if (found === undefined || this.#freed.has(found.path)) return false
    this.#freed.add(found.path)
    this.#places.note({ kind: 'removal', path: found.path })
    this.#tellAside(found.text)
    return true
  }

  async #at(change: Installing, numbersOf: NumbersOf): Promise<string | undefined> {
    const { path } = change.attributes
    const place = await this.#places.of(posix.dirname(path))
    const target = targetOf(path, place)
    if (target === this.#home || isBelow(target, this.#home))
      return `it is IS_HOME here, ${this.#deps.home}, or lies in it`
    // Throws for one that is not known.
    for (const owner of ownersOf(change)) numbersOf(owner)
    const found = this.#places.foreseen.foundAt(path, target)
    if (found === 'unknown') return undefined
    const mounted = this.#places.mountAt(target)
    const kind = kindObstacle(change.kind, found?.kind)
    const obstacle = mounted ? (kind ?? mountObstacle(change, mounted)) : (place.obstacle ?? kind)
    return obstacle ?? (found && guardText(target, found)) ?? this.#roomObstacle(change, place, found)
  }

  async #atRemoval(path: string): Promise<string | undefined> {
    const place = await this.#places.of(posix.dirname(path))
    const target = targetOf(path, place)
    const found = this.#places.foreseen.foundAt(path, target)
    if (found === undefined || found === 'unknown') return undefined
    await this.#deps.protectedPaths.refuseRemoval(path)
    if (place.obstacle !== undefined) return place.obstacle
    const { obstacle, diskBytes, entries } = lookAtRemoval(target, found)
    await this.#room.give(place.there, diskBytes, entries)
    return obstacle
  }

  async #roomObstacle(change: Installing, place: LookedAt, found: Found | undefined): Promise<string | undefined> {
    const isFile = change.kind === 'file'
    if (isFile && change.isToBeFetched) {
      const missing = await this.#room.take(this.#home, change.sizeBytes, true)
      if (missing !== undefined) return `there is no room to fetch it to ${this.#deps.home}: ${missing}`
    }
    const isOwnCopy = isFile && !change.attributes.sparse && change.attributes.hardlink === undefined
    const missing = await this.#room.take(place.there, isOwnCopy ? change.sizeBytes : 0, found === undefined)
    if (missing !== undefined) return `there is no room on the file system at ${place.mount?.path ?? '/'}: ${missing}`
    if (found?.kind === 'file' && found.links === 1) await this.#room.give(place.there, found.diskBytes, 0)
    return undefined
  }
}

function targetOf(path: string, place: LookedAt): string {
  return path === '/' ? place.real : join(place.real, posix.basename(path))
}

function ownersOf(change: Change): readonly FileOwner[] {
  if (change.kind === 'removal') return []
  const { owner, parents } = change.attributes
  return [owner, ...parents.map((parent) => parent.owner)]
}

/** A file that is mounted is written in place, and a directory gets its attributes. */
function mountObstacle({ kind }: Installing, mount: Mount): string | undefined {
  return kind === 'symlink' ? 'something is mounted there' : readOnlyText(mount)
}
