/** What a person types: flags, a verb, and everything after the verb belongs to the verb. */
import { readPlain, told, withHelpOf } from '../terminal/index.ts'
import { contextFor } from './context.ts'
import { isconfWords } from './flags.ts'
import { quickVerbs } from './quick-verbs.ts'
import type { Surroundings } from './verb.ts'

/** Runs one command line; its exit status. */
export async function runCli(argv: readonly string[], surroundings: Surroundings): Promise<number> {
  const status = await runQuickly(argv, surroundings)
  return status ?? (await import('./any-verb.ts')).runAnyVerb(argv, surroundings)
}

/**
 * Runs a verb that is loaded quickly. Undefined, with nothing done, for any other verb, and for words that are not
 * plain.
 */
async function runQuickly(argv: readonly string[], surroundings: Surroundings): Promise<number | undefined> {
  const typed = readPlain(isconfWords, argv)
  // Which verbs these flags go with, the table of verbs says.
  if (typed === undefined || typed.debug || typed.reboot || typed.message !== undefined) return undefined
  const { words, ...flags } = typed
  const [name = '', ...rest] = words
  const verb = quickVerbs.find((one) => one.name === name)
  const own = verb && readPlain(verb, rest)
  const { run } = verb ?? {}
  if (!verb || !own || !run) return undefined
  return told('isconf', surroundings.terminal, () => run(contextFor(verb, flags, surroundings), own), {
    explain: (error) => withHelpOf(`isconf ${name}`, error),
  })
}
