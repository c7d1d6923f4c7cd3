/**
 * Paths that are no longer as a changeset left them on this host: somebody has changed them since, or they never were
 * so here.
 */
import type { Operation } from '../../journal/index.ts'
import type { Machine } from '../../machine/index.ts'
import { liesBelow, type Recorded, type RecordedPaths } from './recorded-paths.ts'

export interface WhatWasLeft {
  /** The paths that the changeset is about. */
  readonly paths: Iterable<string>
  readonly before: RecordedPaths
  readonly after: RecordedPaths
  /** What is to be done. */
  readonly inverse: readonly Operation[]
  /** The operation that changed a path after the changeset, in words; undefined if there is none. */
  readonly laterChange: (path: string) => string | undefined
}

/**
 * Each path that would be changed and is not as the changeset left it, in words. A path that is back already does not
 * count.
 */
export async function notAsLeft(machine: Machine, left: WhatWasLeft): Promise<readonly string[]> {
  const { before, after, inverse, laterChange } = left
  const found: string[] = []
  for (const path of left.paths) {
    if (!inverse.some((one) => touches(one, path))) continue
    if (await isAsRecorded(machine, path, after.get(path))) continue
    if (before.get(path) !== undefined && (await isAsRecorded(machine, path, before.get(path)))) continue
    const later = laterChange(path)
    const why = later === undefined ? 'is not as the changeset left it' : `was changed again ${later}`
    found.push(`${path} ${why}; --overwrite overwrites it`)
  }
  return found
}

/** The last operation about each path, among several. */
export class LaterChanges {
  readonly #byPath = new Map<string, string>()
  readonly #removed = new Map<string, string>()

  /** `name` says in words which operation it is. */
  read(operations: readonly Operation[], name: (index: number) => string): void {
    for (const [index, operation] of operations.entries()) {
      if (operation.type !== 'snap') continue
      this.#byPath.set(operation.path, name(index))
      if (operation.kind === 'removal') this.#removed.set(operation.path, name(index))
    }
  }

  of(path: string): string | undefined {
    const above = [...this.#removed].find(([removed]) => liesBelow(path, removed))
    return this.#byPath.get(path) ?? above?.[1]
  }
}

function touches(operation: Operation, path: string): boolean {
  if (operation.type !== 'snap') return false
  if (operation.path === path || liesBelow(operation.path, path)) return true
  return operation.kind === 'removal' && liesBelow(path, operation.path)
}

/** If nothing is known about the path, any state is right. */
async function isAsRecorded(machine: Machine, path: string, recorded: Recorded): Promise<boolean> {
  if (recorded === undefined) return true
  const [differences = []] = await machine.differences([recorded === 'absent' ? { kind: 'removal', path } : recorded])
  return differences.length === 0
}
