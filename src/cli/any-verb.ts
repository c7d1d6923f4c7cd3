/** Runs any command line of isconf; all verbs are loaded for it. */
import { refuseStrayFlags, runProgram, runVerb } from '../terminal/index.ts'
import { contextFor } from './context.ts'
import type { Surroundings, Verb } from './verb.ts'
import { isconf } from './verbs/index.ts'

/** Runs it; its exit status. */
export function runAnyVerb(argv: readonly string[], surroundings: Surroundings): Promise<number> {
  return runProgram(isconf, argv, surroundings, ({ words, ...flags }) => {
    const contextOf = (verb: Verb) => contextFor(verb, flags, surroundings)
    return runVerb(isconf, words, surroundings.terminal, contextOf, (verb) => refuseStrayFlags(isconf, flags, verb))
  })
}
