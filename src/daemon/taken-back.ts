/** How the paths that the work has changed were before: a rehearsal of the work begins with that. */
import type { Branch } from '../branch/index.ts'
import type { Operation, SnapOperation } from '../journal/index.ts'
import type { TakenBack } from '../rehearsal/index.ts'

/** For each path that the work has snapped: what was there before, if the journal knows it. */
export async function workTakenBack({ journal }: Branch, work: readonly Operation[]): Promise<readonly TakenBack[]> {
  const before = new Map<string, SnapOperation | undefined>()
  for (const operation of work) if (operation.type === 'snap') before.set(operation.path, undefined)
  if (before.size === 0) return []
  for await (const { changeset } of journal.changesetsAfter(0)) {
    for (const operation of changeset.operations)
      if (operation.type === 'snap' && before.has(operation.path)) before.set(operation.path, operation)
  }
  const all = [...before].map(([path, operation]): TakenBack => {
    if (!operation) return { path, was: 'unknown' }
    return operation.kind === 'removal' ? { path, was: 'absent' } : { path, was: 'recorded', operation }
  })
  // What goes goes before its directory, what comes back after it.
  const [gone, back] = [all.filter(({ was }) => was !== 'recorded'), all.filter(({ was }) => was === 'recorded')]
  return [...gone.sort((a, b) => b.path.length - a.path.length), ...back.sort((a, b) => a.path.length - b.path.length)]
}
