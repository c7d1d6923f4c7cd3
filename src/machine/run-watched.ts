/** Runs a command, and tells whether it may be waiting for an answer, or for another program. */
import { type Clock, IsconfError, sleep } from '../base/index.ts'
import type { Command, CommandListener, CommandResult, Machine } from './machine.ts'
import { isPackageManager, metLock } from './package-manager.ts'

/** A command that waits for an answer that nobody can give is silent for longer than this. */
export const silentMsMax = 10_000
/** The words of apt and dpkg about a lock stand at the end of what they write. */
const tailLengthMax = 4096
/**
 * If somebody took a lock between our check and the command's, or we can't check, the command is begun again after
 * this.
 */
const lockRetryMs = 5_000
const lockTriesMax = 360

interface WatchDeps {
  readonly machine: Machine
  readonly clock: Clock
}

/**
 * {@link Machine.run}, when {@link Machine.readyPackages} is done; apt or dpkg that meets a lock is waited for and begun
 * again. The listener hears once when the command has written nothing for {@link silentMsMax}. PACKAGES_BUSY.
 */
export async function runWatched(
  deps: WatchDeps,
  command: Command,
  listener: CommandListener,
  signal: AbortSignal,
): Promise<CommandResult> {
  for (let tries = 1; ; tries += 1) {
    await deps.machine.readyPackages(command, listener, signal)
    const { result, tail } = await runOnce(deps, command, listener, signal)
    if (result.status === 0 || !isPackageManager(command) || !metLock(tail)) return result
    if (tries === lockTriesMax)
      throw new IsconfError('PACKAGES_BUSY', `${command.argv.join(' ')} met a lock ${tries} times`)
    listener.remark?.('it met a lock, and is begun again when that is free')
    await sleep(deps.clock, lockRetryMs, signal)
  }
}

/** The result, and the end of what the command wrote. */
async function runOnce(
  { machine, clock }: WatchDeps,
  command: Command,
  { output, silent }: CommandListener,
  signal: AbortSignal,
): Promise<{ readonly result: CommandResult; readonly tail: string }> {
  let heardMs = clock.monotonicMs()
  let cancel = (): void => undefined
  let tail = ''
  const watch = (waitMs: number): void => {
    cancel = clock.after(waitMs, () => {
      const leftMs = heardMs + silentMsMax - clock.monotonicMs()
      if (leftMs > 0) watch(leftMs)
      else silent?.(command)
    })
  }
  watch(silentMsMax)
  try {
    const hear: Parameters<Machine['run']>[1] = (stream, bytes) => {
      heardMs = clock.monotonicMs()
      if (stream === 'stderr')
        tail = (tail + Buffer.from(bytes.subarray(-tailLengthMax)).toString()).slice(-tailLengthMax)
      return output(stream, bytes)
    }
    return { result: await machine.run(command, hear, signal), tail }
  } finally {
    cancel()
  }
}
