/** The commands of operations on this machine: one at a time, on record while it runs, in a directory that was gone to safely. */
import { join } from 'node:path'
import { type Clock, IsconfError } from '../base/index.ts'
import { walking } from '../base/walk.io.ts'
import { type RunCommand, runCommand } from './command.io.ts'
import { notRun } from './command-not-run.io.ts'
import { CommandOnRecord } from './command-on-record.io.ts'
import type { Command, Machine } from './machine.ts'

/** The file below IS_HOME that says which command runs. */
const commandName = 'conf/command'

export interface CommandsOptions {
  /** The real path of what stands for /. */
  readonly root: string
  /** Where a path is on this machine. */
  readonly real: (path: string) => string
  /** IS_HOME. */
  readonly home: string
  /** What every command gets; asked for each. */
  readonly environment: () => Readonly<Record<string, string>>
  readonly clock: Clock
  /** Which socket serves the package bank, if it is not this process. */
  /** Hears when a command is over. */
  readonly ended: () => void
}

export interface Commands {
  /** See {@link Machine.run}. */
  readonly run: Machine['run']
  /** The same, beside a command that a daemon began which has died since. */
  readonly runAnyway: Machine['run']
  readonly runBeside: Machine['runBeside']
  readonly refuseLeft: Machine['refuseLeft']
}

export function commandsOf({ root, real, home, environment, clock, ended }: CommandsOptions): Commands {
  const onRecord = new CommandOnRecord(join(home, commandName))
  const runNoted = (
    noted: Pick<RunCommand, 'beforeStart' | 'onStart'>,
    ...[command, output, signal]: Parameters<Machine['run']>
  ) => {
    const cwd = real(command.cwd)
    const what = { command, cwd, output, signal, clock, ...noted }
    return inDirectory(root, command, cwd, (openedCwd) =>
      runCommand({ ...what, openedCwd, environment: environment() }),
    )
  }
  const runAnyway: Machine['run'] = async (command, ...rest) => {
    try {
      const noted = {
        beforeStart: (all: Readonly<Record<string, string>>) => onRecord.expect(command.argv, all),
        onStart: (pid: number) => onRecord.note(pid, command.argv),
      }
      return await runNoted(noted, command, ...rest)
    } finally {
      onRecord.forget()
      ended()
    }
  }
  const refuseLeft: Machine['refuseLeft'] = ({ argv }) => onRecord.refuseBeside(argv)
  const run: Machine['run'] = async (command, ...rest) => {
    refuseLeft(command)
    return runAnyway(command, ...rest)
  }
  const runBeside: Machine['runBeside'] = (...words) => runNoted({}, ...words)
  return { run, runAnyway, runBeside, refuseLeft }
}

/** Goes to the directory of a command as to that of a file (docs/design/links-on-the-way.md). COMMAND_NOT_RUN, UNSAFE_LINK. */
function inDirectory<T>(
  root: string,
  { argv: [program = ''], cwd }: Command,
  realCwd: string,
  work: (at: string) => Promise<T>,
): Promise<T> {
  return walking(root, async (walk) => {
    const directory = await walk.directory(cwd).catch((thrown: unknown) => {
      if (thrown instanceof IsconfError) throw thrown
      throw notRun({ program, cwd, realCwd, path: '' }, thrown as NodeJS.ErrnoException)
    })
    return work(directory.self)
  })
}
