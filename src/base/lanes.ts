/** Doing something for many things, some of them at once. */

/**
 * Runs for each item, begun in their order, at most `atOnceMax` at once. After a failure none is begun; when those under
 * way have ended, the first failure is thrown.
 */
export async function inLanes<T>(
  items: readonly T[],
  atOnceMax: number,
  run: (item: T, index: number) => Promise<void>,
): Promise<void> {
  const next = items.entries()
  const failures: unknown[] = []
  const lane = async (): Promise<void> => {
    for (const [index, item] of next) {
      if (failures.length > 0) return
      await run(item, index).catch((error: unknown) => failures.push(error))
    }
  }
  await Promise.all(Array.from({ length: Math.min(atOnceMax, items.length) }, lane))
  if (failures.length > 0) throw failures[0]
}
