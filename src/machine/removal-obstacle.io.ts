/** What keeps a directory from being removed with all that is in it, before any of it is gone. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Found, foundAt, guardText } from './found-at.io.ts'

/** Only this much of a larger tree is looked at: looking takes about as long as removing. */
const entriesMax = 100_000

export interface RemovalLook {
  /** In words; undefined when nothing is seen. */
  readonly obstacle: string | undefined
  /** What will be free when it is gone; no limit if not all of it was looked at. */
  readonly diskBytes: number
  readonly entries: number
}

export function lookAtRemoval(realPath: string, found: Found): RemovalLook {
  let [diskBytes, entries] = [0, 0]
  const obstacleIn = (path: string, one: Found): string | undefined => {
    if (entries >= entriesMax) return undefined
    entries += 1
    if (one.kind !== 'directory' && one.links === 1) diskBytes += one.diskBytes
    const guard = guardText(path, one)
    if (guard !== undefined || one.kind !== 'directory') return guard
    for (const name of namesIn(path)) {
      const below = join(path, name)
      const there = foundAt(below)
      const obstacle = there && obstacleIn(below, there)
      if (obstacle !== undefined) return obstacle
    }
    return undefined
  }
  const obstacle = obstacleIn(realPath, found)
  if (entries < entriesMax) return { obstacle, diskBytes, entries }
  return { obstacle, diskBytes: Number.POSITIVE_INFINITY, entries: Number.POSITIVE_INFINITY }
}

/** The names in a directory. If it can't be read, the removal will say so. */
function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory)
  } catch {
    return []
  }
}
