/** What the programs of Hostkeeper have in common: flags, settings, and the one place where a failure is told. */
import { resolve } from 'node:path'
import { Command, CommanderError } from 'commander'
import { type ErrorCode, errorKinds, IsconfError, toIsconfError } from '../base/index.ts'
import { failureText, originText } from '../terminal/index.ts'
import type { ProgramSurroundings } from './verb.ts'

export interface ProgramFlags {
  /** The file of settings that -c names, absolute. */
  readonly config: string | undefined
  readonly debug: boolean
  readonly quiet: boolean
  readonly options: Readonly<Record<string, unknown>>
  readonly words: readonly string[]
}

/** Adds the flags that all programs have. Words begin at the first that is no flag. */
export function programCommand(name: string, release: string): Command {
  return new Command(name)
    .helpOption('-h, --help', 'show this help')
    .version(`${name} ${release}`, '-V, --version', 'show the release')
    .option('-c, --config <file>', 'the file of settings (default: /etc/is/hostkeeper.conf)')
    .option('-D, --debug', 'show what is set for this host and where failures come from')
    .option('-q, --quiet', 'say only what a command writes, and failures')
    .argument('[words...]')
    .passThroughOptions()
}

/** Parses the flags and does `act`; its exit status. Failures become a message and a status here and nowhere else. */
export async function runProgram(
  command: Command,
  argv: readonly string[],
  surroundings: ProgramSurroundings,
  act: (flags: ProgramFlags) => Promise<number>,
): Promise<number> {
  const program = command.name()
  let debug = false
  try {
    const flags = parseFlags(command, argv, surroundings)
    if (flags === undefined) return 0
    debug = flags.debug
    return await act(flags)
  } catch (thrown) {
    const error = withOwnHint(toIsconfError(thrown))
    surroundings.terminal.err(failureText(error, program))
    if (debug) surroundings.terminal.err(originText(error, program))
    return error.exit
  }
}

/** What the table says of IS_HOME and the daemon's log, said of ISCONFDIR. */
const ownHints: Partial<Record<ErrorCode, string>> = {
  HOME_UNWRITABLE: 'run as the user who owns ISCONFDIR, usually root, or set ISCONFDIR',
  DISK_FULL: 'make room on the disk of ISCONFDIR; nothing half-written was kept',
  UNEXPECTED: 'this is a bug; run it again with -D for the details',
}

function withOwnHint(error: IsconfError): IsconfError {
  const hint = ownHints[error.code]
  if (hint === undefined || error.hint !== errorKinds[error.code].hint) return error
  return new IsconfError(error.code, error.message, { cause: error.cause, exit: error.exit, hint })
}

/** Undefined when help or the release was asked for, and printed. */
function parseFlags(
  command: Command,
  argv: readonly string[],
  { terminal, cwd }: ProgramSurroundings,
): ProgramFlags | undefined {
  command.configureOutput({ writeOut: (text) => terminal.out(text), writeErr: () => undefined }).exitOverride()
  try {
    command.parse([...argv], { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode === 0) return undefined
    const message = error.message.replace(/^error: /, '').replace('\n(Did you', ' (did you')
    throw new IsconfError('USAGE', message, { hint: `see \`${command.name()} --help\`` })
  }
  const options = command.opts<{ config?: string; debug?: true; quiet?: true }>()
  return {
    config: options.config === undefined ? undefined : resolve(cwd, options.config),
    debug: options.debug === true,
    quiet: options.quiet === true,
    options,
    words: command.args,
  }
}
