/** The directories that something is to come into: most of what is done at once lies in few of them. */
import { accessSync, constants } from 'node:fs'
import { join, posix } from 'node:path'
import { errnoCode, errnoText, IsconfError } from '../base/index.ts'
import type { Walk } from '../base/walk.io.ts'
import { Foreseen } from './foreseen.io.ts'
import { foundAt, guardText } from './found-at.io.ts'
import { type Change, pathOf } from './look-ahead.ts'
import type { Mount } from './mounts.io.ts'
import { isBelow } from './protected-paths.io.ts'

export interface LookedAt {
  /** Where it is, or will be. */
  readonly real: string
  /** The part of it that is there. */
  readonly there: string
  readonly mount: Mount | undefined
  /** What keeps everything from it, in words. */
  readonly obstacle: string | undefined
}

export class LookedAtDirectories {
  readonly foreseen = new Foreseen()
  /**
   * Goes where the installation will go. There is a new one for every few directories, because it keeps open what it
   * has passed.
   */
  walk: Walk
  readonly #mounts: readonly Mount[]
  readonly #known = new Map<string, Promise<LookedAt>>()

  constructor(walk: Walk, mounts: readonly Mount[]) {
    this.walk = walk
    this.#mounts = mounts
  }

  /** By the journal's path. */
  of(directory: string): Promise<LookedAt> {
    const known = this.#known.get(directory) ?? this.#lookAt(directory)
    this.#known.set(directory, known)
    return known
  }

  note(change: Change): void {
    this.foreseen.note(change)
    if (change.kind !== 'removal') return
    const path = pathOf(change)
    for (const other of this.#known.keys()) if (other === path || isBelow(other, path)) this.#known.delete(other)
  }

  /** What is mounted at a place of this machine itself. */
  mountAt(real: string): Mount | undefined {
    return this.#mounts.findLast(({ path }) => path === real)
  }

  async #lookAt(directory: string): Promise<LookedAt> {
    const isTop = directory === '/'
    const above = isTop ? undefined : await this.of(posix.dirname(directory))
    const path = above ? join(above.real, posix.basename(directory)) : this.walk.root
    const somewhere = { real: path, there: this.walk.root, mount: undefined, obstacle: undefined }
    const put = this.foreseen.putAt(directory)
    const found = this.foreseen.foundBefore(directory, path)
    if (found === 'unknown' || put === 'symlink') return somewhere
    if (put === 'file') return { ...somewhere, obstacle: `${directory} is not a directory` }
    if (above && found === undefined) return { ...above, real: path }
    try {
      const { path: real } = await this.walk.directory(directory)
      const mount = this.#mountOf(real)
      return { real, there: real, mount, obstacle: directoryObstacle(real) ?? readOnlyText(mount) }
    } catch (error) {
      return { ...somewhere, obstacle: wayText(directory, error) }
    }
  }

  #mountOf(real: string): Mount | undefined {
    let nearest: Mount | undefined
    for (const mount of this.#mounts) {
      const isAbove = mount.path === real || isBelow(real, mount.path)
      if (isAbove && mount.path.length >= (nearest?.path.length ?? 0)) nearest = mount
    }
    return nearest
  }
}

export function readOnlyText(mount: Mount | undefined): string | undefined {
  return mount?.isReadOnly ? `the file system at ${mount.path} is mounted read-only` : undefined
}

/** Why there is no way into a directory. */
function wayText(directory: string, error: unknown): string {
  if (error instanceof IsconfError) return error.message
  switch (errnoCode(error)) {
    case 'ENOENT':
      return `${directory} is a symbolic link to nothing`
    case 'ENOTDIR':
      return `${directory} is not a directory`
    default:
      return `${directory}: ${errnoText(error)}`
  }
}

function directoryObstacle(real: string): string | undefined {
  const found = foundAt(real)
  const guard = found && guardText(real, found)
  if (guard !== undefined || process.geteuid?.() === 0) return guard
  try {
    accessSync(real, constants.W_OK | constants.X_OK)
    return undefined
  } catch (error) {
    return `${real}: ${errnoText(error)}`
  }
}
