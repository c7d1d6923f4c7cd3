/** What the verbs about trees have in common. */
import { IsconfError } from '../../base/index.ts'
import { type ProgramContext, takeLock } from '../program/index.ts'
import { systemTreeDisk } from '../tree/index.ts'
import type { TreeDeps } from './check.io.ts'

/** Does something to the trees while nobody else does. BUSY. */
export async function withTrees<T>(
  context: ProgramContext,
  what: string,
  act: (deps: TreeDeps) => Promise<T>,
): Promise<T> {
  const deps = treeDeps(context, what)
  const release = await takeLock(context.layout.lock, what)
  try {
    return await act(deps)
  } finally {
    await release()
  }
}

/** The signal is aborted, with INTERRUPTED, when a person presses Ctrl-C. */
export function treeDeps(context: ProgramContext, what: string): TreeDeps {
  const { settings, layout, names, environment } = context
  const stop = new AbortController()
  context.onInterrupt(() => stop.abort(new IsconfError('INTERRUPTED', `interrupted: ${what}`)))
  return { settings, layout, names, environment, disk: systemTreeDisk, signal: stop.signal }
}
