/** Puts something in the place of what stands there. Something of another kind is kept, as `isync -o` keeps it. */
import { lstatSync, type Stats } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import type { Entry } from '../base/directory.io.ts'
import { errnoText, IsconfError } from '../base/index.ts'
import { keepCopy } from '../base/kept.io.ts'
import { type FoundKind, kindObstacle } from './kind-obstacle.ts'

type Kind = Exclude<FoundKind, 'other'>

export interface Keeping {
  /** `path`: the journal's. */
  readonly attributes: { readonly path: string }
  /** The directory for copies; undefined where nothing is to be kept. */
  readonly kept: string | undefined
}

/** Refuses what can't be replaced: the failure of a rename would say less. */
export function refuseOtherKind(target: Entry, kind: Kind): void {
  const obstacle = kindObstacle(kind, kindAt(target))
  if (obstacle !== undefined) throw new Error(obstacle)
}

/**
 * Synchronous, because it is asked twice for each file, and waiting for an answer takes many times as long as the
 * answer.
 */
function kindAt({ at }: Entry): FoundKind | undefined {
  const found = statAt(at)
  if (found === undefined) return undefined
  if (found.isFile()) return 'file'
  if (found.isSymbolicLink()) return 'symlink'
  return found.isDirectory() ? 'directory' : 'other'
}

function statAt(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false })
  } catch {
    return undefined
  }
}

export class Replacing {
  readonly kind: Kind
  readonly #target: Entry
  readonly #how: Keeping
  #remark: string | undefined

  constructor(target: Entry, kind: Kind, how: Keeping) {
    this.#target = target
    this.kind = kind
    this.#how = how
  }

  /** What a person should know of it. */
  get remarks(): readonly string[] {
    return this.#remark === undefined ? [] : [this.#remark]
  }

  /** Renames what was made to its place. INSTALL_FAILED if what stands there can't be kept; then nothing is changed. */
  async by(beside: string): Promise<void> {
    const found = kindAt(this.#target)
    const isOther = found !== undefined && found !== this.kind && kindObstacle(this.kind, found) === undefined
    const { kept } = this.#how
    const copy = isOther && kept !== undefined ? await this.#keep(kept) : undefined
    try {
      await rename(beside, this.#target.at)
    } catch (error) {
      if (copy !== undefined) await rm(copy, { force: true })
      throw error
    }
    const what = found === 'symlink' ? 'symbolic link' : found
    if (copy !== undefined) this.#remark = `${this.#how.attributes.path}: a ${what} stood there, and is kept as ${copy}`
  }

  async #keep(kept: string): Promise<string> {
    const { path } = this.#how.attributes
    try {
      return await keepCopy(this.#target.at, kept, path)
    } catch (error) {
      const message = `cannot install ${path}: what stands there can't be kept in ${kept}: ${errnoText(error)}`
      throw new IsconfError('INSTALL_FAILED', message, { cause: error })
    }
  }
}
