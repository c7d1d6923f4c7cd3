/** hostkeeper: flags, a verb, and everything after the verb belongs to the verb. */
import { runProgram, runVerb, type TypedOf } from '../../terminal/index.ts'
import { contextOf, type ProgramSurroundings, withOwnHint } from '../program/index.ts'
import { hostkeeper } from './table.io.ts'

/** Runs one command line; its exit status. */
export function runHostkeeper(argv: readonly string[], surroundings: ProgramSurroundings): Promise<number> {
  // Whoever calls, by hand or at boot: a step makes the same files, and a tree has the same modes and so the same name.
  process.umask(0o022)
  const act = ({ words, ...flags }: TypedOf<typeof hostkeeper>): Promise<number> =>
    runVerb(hostkeeper, words, surroundings.terminal, () => contextOf('hostkeeper', flags, surroundings))
  return runProgram(hostkeeper, argv, surroundings, act, withOwnHint)
}
