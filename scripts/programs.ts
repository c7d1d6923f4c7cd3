/** The programs of the package, as their manual pages and completions tell of them. */
import type { Command } from 'commander'
import { isconf } from '../src/cli/verbs/index.ts'
import { exechProgram } from '../src/hostkeeper/exech/exech.io.ts'
import { isyncProgram } from '../src/hostkeeper/isync/isync.io.ts'
import { hostkeeper } from '../src/hostkeeper/verbs/hostkeeper.io.ts'
import { commandOf, programCommand } from '../src/terminal/command-line.ts'
import type { Action, Completed, Declaration, Program, Verb } from '../src/terminal/index.ts'

const programByName = { isconf, hostkeeper, isync: isyncProgram, exech: exechProgram } satisfies Record<string, Program>

export type ProgramName = keyof typeof programByName

/** The program that a manual page names; isconf where it names none. */
export function programNamed(name = 'isconf'): Program {
  if (name in programByName) return programByName[name as ProgramName]
  throw new Error(`no such program: ${name}`)
}

export interface ShownOption {
  readonly short: string | undefined
  readonly long: string | undefined
  readonly describe: string
  /** What follows it; undefined when nothing does. */
  readonly word: string | undefined
  /** What a shell can offer for that. */
  readonly completes?: Completed | undefined
}

/** The options of a program, those for help and the release among them. */
export function programOptions(program: Program): readonly ShownOption[] {
  return optionsOf(programCommand(program, ''), program)
}

/** The options of a verb, or of a verb of a verb. */
export function actionOptions(action: Action<never> | Verb<never>): readonly ShownOption[] {
  return optionsOf(commandOf(action.name, action), action).filter(({ long }) => long !== 'help')
}

function optionsOf(command: Command, { options = {} }: Declaration): readonly ShownOption[] {
  return command
    .createHelp()
    .visibleOptions(command)
    .map(({ flags, description }) => {
      const [, short, long, word] = /^(?:-(\w))?(?:, )?(?:--([\w-]+))?(?: <(.*)>)?$/.exec(flags) ?? []
      const completes = Object.values(options).find((one) => one.flags === flags)?.type?.completes
      return { short, long, describe: description, word, completes }
    })
}
