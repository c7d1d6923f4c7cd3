/** The programs of the package, as their manual pages and completions tell of them. */
import type { Command } from 'commander'
import { flagsCommand } from '../src/cli/cli.ts'
import { verbs } from '../src/cli/index.ts'
import { exechCommand } from '../src/hostkeeper/exech/exech.io.ts'
import { hostkeeperCommand } from '../src/hostkeeper/hostkeeper.io.ts'
import { hostkeeperVerbs } from '../src/hostkeeper/index.ts'
import { isyncCommand } from '../src/hostkeeper/isync/isync.io.ts'
import type { VerbWords } from '../src/terminal/index.ts'

export interface ProgramVerb extends VerbWords {
  readonly exits: readonly number[]
}

interface Program {
  readonly command: Command
  readonly verbs: readonly ProgramVerb[]
  /** What stands behind the flags, in mdoc. */
  readonly operands: readonly string[]
}

const verbOperands = ['.Ar verb', '.Op Ar argument ...']

export const programByName = {
  isconf: { command: flagsCommand(''), verbs, operands: verbOperands },
  hostkeeper: { command: hostkeeperCommand(''), verbs: hostkeeperVerbs, operands: verbOperands },
  isync: { command: isyncCommand(''), verbs: [], operands: ['.Ar file ...'] },
  exech: { command: exechCommand(''), verbs: [], operands: ['.Ar url', '.Op Ar argument ...'] },
} as const satisfies Record<string, Program>

export type ProgramName = keyof typeof programByName

/** The program that a manual page names; isconf where it names none. */
export function programNamed(name = 'isconf'): ProgramName {
  if (name in programByName) return name as ProgramName
  throw new Error(`no such program: ${name}`)
}

export interface ProgramOption {
  readonly short: string | undefined
  readonly long: string
  readonly describe: string
  /** What follows it; undefined when nothing does. */
  readonly word: string | undefined
}

/** The options of a program, that for help among them. */
export function optionsOf(program: ProgramName): readonly ProgramOption[] {
  const { command } = programByName[program]
  return command
    .createHelp()
    .visibleOptions(command)
    .map(({ flags, description }) => {
      const [, short, long = '', word] = /^(?:-(.), )?--([\w-]+)(?: <(.*)>)?$/.exec(flags) ?? []
      return { short, long, describe: description, word }
    })
}
