/** Hooks: programs of the administrator that run before `up`, after it, and when it has failed. */
import { type Clock, IsconfError, type Log, toIsconfError } from '../base/index.ts'
import type { Branch } from '../branch/index.ts'
import { type Command, type CommandListener, type HookStage, type Machine, runWatched } from '../machine/index.ts'

export interface HookDeps {
  readonly branch: Branch
  readonly machine: Machine
  readonly clock: Clock
  readonly log: Log
}

/** Runs the hooks of a stage one after the other, until one fails. HOOK_FAILED names it; INTERRUPTED. */
export async function runHooks(
  deps: HookDeps,
  stage: HookStage,
  facts: Readonly<Record<string, string>>,
  listener: CommandListener,
  signal: AbortSignal,
): Promise<void> {
  const { branch, machine, log } = deps
  const env = { IS_HOOK: stage, IS_BRANCH: branch.name, ...facts }
  for (const path of await machine.hooks(stage)) {
    log.info({ hook: path }, `${stage} hook ${path}: begun`)
    const status = await runHook(deps, { argv: [path], cwd: '/', env }, stage, listener, signal)
    if (status !== 0) throw hookFailed(stage, path, `ended with exit status ${status}`)
    log.info({ hook: path, status }, `${stage} hook ${path}: finished with exit status 0`)
  }
}

async function runHook(
  deps: HookDeps,
  command: Command,
  stage: HookStage,
  listener: CommandListener,
  signal: AbortSignal,
): Promise<number> {
  try {
    return (await runWatched(deps, command, listener, signal)).status
  } catch (thrown) {
    const error = toIsconfError(thrown)
    if (error.code !== 'COMMAND_NOT_RUN') throw thrown
    throw hookFailed(stage, command.argv[0] ?? '', error.message)
  }
}

function hookFailed(stage: HookStage, path: string, reason: string): IsconfError {
  return new IsconfError('HOOK_FAILED', `${stage} hook ${path}: ${reason}`)
}
