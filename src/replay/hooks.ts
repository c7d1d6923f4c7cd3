/** Programs that the administrator has put around `up`: before it, after it, and for when it has failed. */
import { IsconfError, type Log, toIsconfError } from '../base/index.ts'
import type { Branch } from '../branch/index.ts'
import type { HookStage, Machine, OutputListener } from '../machine/index.ts'

export interface HookDeps {
  readonly branch: Branch
  readonly machine: Machine
  readonly log: Log
}

/** Runs the hooks of a stage one after the other, until one fails. HOOK_FAILED names it; INTERRUPTED. */
export async function runHooks(
  { branch, machine, log }: HookDeps,
  stage: HookStage,
  facts: Readonly<Record<string, string>>,
  output: OutputListener,
  signal: AbortSignal,
): Promise<void> {
  const env = { IS_HOOK: stage, IS_BRANCH: branch.name, ...facts }
  for (const path of await machine.hooks(stage)) {
    log.info({ hook: path }, `${stage} hook ${path}: begun`)
    const status = await runHook(machine, { argv: [path], cwd: '/', env }, stage, output, signal)
    if (status !== 0) throw hookFailed(stage, path, `ended with exit status ${status}`)
    log.info({ hook: path, status }, `${stage} hook ${path}: finished with exit status 0`)
  }
}

async function runHook(
  machine: Machine,
  command: Parameters<Machine['run']>[0],
  stage: HookStage,
  output: OutputListener,
  signal: AbortSignal,
): Promise<number> {
  try {
    return (await machine.run(command, output, signal)).status
  } catch (thrown) {
    const error = toIsconfError(thrown)
    if (error.code !== 'COMMAND_NOT_RUN') throw thrown
    throw hookFailed(stage, command.argv[0] ?? '', error.message)
  }
}

function hookFailed(stage: HookStage, path: string, reason: string): IsconfError {
  return new IsconfError('HOOK_FAILED', `${stage} hook ${path}: ${reason}`)
}
