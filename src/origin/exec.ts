/** `exec`: runs a command here, and records it if it succeeds. */
import { posix } from 'node:path'
import { IsconfError, toIsconfError } from '../base/index.ts'
import type { ExecOperation } from '../journal/index.ts'
import { type CommandListener, type CommandResult, runWatched } from '../machine/index.ts'
import { refuseRebooting } from './reboot.ts'
import { attempt } from './unrecorded.ts'
import { type OriginDeps, requireWork } from './work.ts'

export interface ExecRequest {
  readonly user: string
  /** The caller's current directory on this machine. */
  readonly cwd: string
  readonly argv: readonly string[]
  /** The caller's variables that are to be recorded. */
  readonly env?: Readonly<Record<string, string>> | undefined
}

/**
 * Runs the command and notes the operation. COMMAND_FAILED carries the command's exit status; after that, and after
 * INTERRUPTED, all that is recorded is that this host differs.
 */
export async function exec(
  deps: OriginDeps,
  request: ExecRequest,
  listener: CommandListener,
  signal: AbortSignal,
): Promise<CommandResult> {
  const { machine, work } = deps
  refuseReboot(request.argv)
  requireWork(deps, request.user)
  await refuseRebooting(deps)
  const operation: ExecOperation = {
    type: 'exec',
    argv: [...request.argv],
    cwd: machine.journalPath('.', request.cwd),
    env: { ...request.env },
  }
  work.refuseIfFull(operation)
  const who = machine.sharedWith(operation.cwd)
  if (who !== undefined)
    listener.remark?.(`${who}, so \`isconf up\` refuses to run this there: go to a directory that is root's alone`)
  return attempt(deps, operation, listener, (kept) => runAndRecord(deps, operation, kept, signal))
}

async function runAndRecord(
  deps: OriginDeps,
  operation: ExecOperation,
  listener: CommandListener,
  signal: AbortSignal,
): Promise<CommandResult> {
  const [program] = operation.argv
  const result = await runWatched(deps, operation, listener, signal).catch((thrown: unknown) => {
    const { code, message, hint } = toIsconfError(thrown)
    if (code !== 'COMMAND_NOT_RUN') throw thrown
    throw new IsconfError(code, message, { cause: thrown, hint: `nothing was recorded; ${hint}` })
  })
  if (result.status !== 0) {
    const message = `${program} ended with exit status ${result.status}`
    throw new IsconfError('COMMAND_FAILED', message, { exit: result.status })
  }
  try {
    await deps.work.add(operation)
  } catch (thrown) {
    const { code, message } = toIsconfError(thrown)
    throw new IsconfError(code, `${program} was run here and could not be recorded: ${message}`, {
      cause: thrown,
    })
  }
  return result
}

const rebootPrograms = new Set(['reboot', 'shutdown', 'halt', 'poweroff', 'telinit'])
const rebootWords: Readonly<Record<string, readonly string[]>> = {
  init: ['0', '6'],
  systemctl: ['reboot', 'poweroff', 'halt', 'kexec', 'soft-reboot'],
}

/** Refuses the usual ways to reboot with exec, because the reboot would never be recorded. */
function refuseReboot(argv: readonly string[]): void {
  const [program = '', ...words] = wordsOf(argv)
  const name = posix.basename(program)
  const isReboot = rebootPrograms.has(name) || words.some((word) => rebootWords[name]?.includes(word))
  if (isReboot) throw new IsconfError('REBOOT_BY_EXEC', `refusing to run ${name} by exec`)
}

/** The words of the command; if it is a script for a shell, those of its first command. */
function wordsOf(argv: readonly string[]): readonly string[] {
  const [program = '', option, script = ''] = argv
  const isShell = posix.basename(program) === 'sh' && option === '-c'
  return isShell ? (script.split(/[\n;&|]/)[0] ?? '').trim().split(/\s+/) : argv
}
