/** What the verbs about trees have in common. */
import { IsconfError } from '../../base/index.ts'
import { type ProgramContext, takeLock } from '../program/index.ts'
import { systemTreeDisk } from '../tree/index.ts'
import type { FetchDeps } from './fetch.io.ts'

/** Does something to the trees while nobody else does. BUSY. */
export async function withTrees<T>(
  context: ProgramContext,
  what: string,
  act: (deps: FetchDeps) => Promise<T>,
): Promise<T> {
  const { layout, names, environment, settings } = context
  const signal = interruptible(context, what)
  const release = await takeLock(layout.lock, what)
  try {
    return await act({ settings, layout, names, environment, disk: systemTreeDisk, signal })
  } finally {
    await release()
  }
}

/** Aborted, with INTERRUPTED, when a person presses Ctrl-C. */
export function interruptible({ onInterrupt }: ProgramContext, what: string): AbortSignal {
  const stop = new AbortController()
  onInterrupt(() => stop.abort(new IsconfError('INTERRUPTED', `interrupted: ${what}`)))
  return stop.signal
}
