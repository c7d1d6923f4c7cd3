/** What keeps a directory from being removed with all that it holds, before any of it is gone. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Found, foundAt, guardText } from './found-at.io.ts'

/** Of a larger tree only the first part is looked at: to look takes about as long as to remove. */
const entriesMax = 100_000

export interface RemovalLook {
  /** In words; undefined when nothing is seen. */
  readonly obstacle: string | undefined
  /** What will be free when it is gone; without limit of what was not looked at to the end. */
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

/** What can't be read is told by the removal. */
function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory)
  } catch {
    return []
  }
}
