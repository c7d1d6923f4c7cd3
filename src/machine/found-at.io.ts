/** What stands at a path, and whether chattr guards it. */
import { lstatSync } from 'node:fs'
import { errnoCode } from '../base/index.ts'
import type { FoundKind } from './kind-obstacle.ts'
import type { GuardedStat } from './struct-statx.ts'
import { systemCalls } from './system-calls.io.ts'

export interface Found extends GuardedStat {
  readonly kind: FoundKind
}

/** S_IFMT, and what it says. */
const kindBits = 0o170000
const kinds: ReadonlyMap<number, FoundKind> = new Map([
  [0o100000, 'file'],
  [0o040000, 'directory'],
  [0o120000, 'symlink'],
])
const sectorBytes = 512

/** Undefined where nothing stands; fails as node:fs does. Where there are no system calls nothing is seen to be guarded. */
export function foundAt(realPath: string): Found | undefined {
  try {
    const found = systemCalls().calls?.statWithGuard(realPath) ?? statOf(realPath)
    return { ...found, kind: kinds.get(found.mode & kindBits) ?? 'other' }
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errnoCode(error) ?? '')) return undefined
    throw error
  }
}

function statOf(realPath: string): GuardedStat {
  const { mode, nlink, size, blocks } = lstatSync(realPath)
  const guard = { isImmutable: false, isAppendOnly: false }
  return { mode, links: nlink, sizeBytes: size, diskBytes: blocks * sectorBytes, ...guard }
}

/** What chattr has set there that keeps even root from changing it, and how to take that away; undefined of what is free. */
export function guardText(realPath: string, { isImmutable, isAppendOnly }: GuardedStat): string | undefined {
  if (!isImmutable && !isAppendOnly) return undefined
  const [what, letter] = isImmutable ? ['immutable', 'i'] : ['append-only', 'a']
  return `${realPath} is ${what} (lsattr); chattr -${letter} ${realPath} takes that away`
}
