/** hostkeeper: flags, a verb, and everything after the verb belongs to the verb. */
import type { Command } from 'commander'
import { IsconfError } from '../base/index.ts'
import { helpOf, verbTable } from '../terminal/index.ts'
import { contextOf } from './context.io.ts'
import { programCommand, runProgram } from './program.ts'
import type { ProgramSurroundings } from './verb.ts'
import { hostkeeperVerbs } from './verbs/index.ts'

/** Runs one command line; its exit status. */
export function runHostkeeper(argv: readonly string[], surroundings: ProgramSurroundings): Promise<number> {
  const { terminal, release } = surroundings
  const command = hostkeeperCommand(release).addHelpText('after', `\n${verbTable(hostkeeperVerbs).trimEnd()}`)
  return runProgram(command, argv, surroundings, async (flags) => {
    const [name, ...words] = flags.words
    if (name === undefined) {
      terminal.err(`usage: hostkeeper ${usage}\n\n${verbTable(hostkeeperVerbs)}`)
      return 22
    }
    const verb = hostkeeperVerbs.find((one) => one.name === name)
    if (!verb) {
      const hint = 'see `hostkeeper --help`'
      throw new IsconfError('USAGE', `no such verb: ${JSON.stringify(name)}`, { hint })
    }
    if (words[0] === '--help') {
      terminal.out(helpOf('hostkeeper', verb))
      return 0
    }
    return verb.run(contextOf('hostkeeper', flags, surroundings), words)
  })
}

const usage = '[-DhqV] [-c FILE] VERB [ARG...]'

/** The flags, which stand before the verb; the manual and the completions read them, too. */
export function hostkeeperCommand(release: string): Command {
  return programCommand('hostkeeper', release).usage(usage)
}
