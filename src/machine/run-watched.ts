/** Running a command under the eyes of somebody who may wonder whether it waits for them. */
import type { Clock } from '../base/index.ts'
import type { Command, CommandListener, CommandResult, Machine } from './machine.ts'

/** A command that waits for an answer nobody can give says nothing for longer than this. */
export const silentMsMax = 10_000

/** {@link Machine.run}; the listener hears once when the command has written nothing for {@link silentMsMax}. */
export async function runWatched(
  { machine, clock }: { readonly machine: Machine; readonly clock: Clock },
  command: Command,
  { output, silent }: CommandListener,
  signal: AbortSignal,
): Promise<CommandResult> {
  let heardMs = clock.monotonicMs()
  let cancel = (): void => undefined
  const watch = (waitMs: number): void => {
    cancel = clock.after(waitMs, () => {
      const leftMs = heardMs + silentMsMax - clock.monotonicMs()
      if (leftMs > 0) watch(leftMs)
      else silent?.(command)
    })
  }
  watch(silentMsMax)
  try {
    return await machine.run(
      command,
      (stream, bytes) => {
        heardMs = clock.monotonicMs()
        return output(stream, bytes)
      },
      signal,
    )
  } finally {
    cancel()
  }
}
