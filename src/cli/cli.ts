/** What a person types: flags, a verb, and everything after the verb belongs to the verb. */
import { readPlain, told } from '../terminal/index.ts'
import { contextFor } from './context.ts'
import { isconfWords } from './flags.ts'
import type { Surroundings, Verb } from './verb.ts'

/** Runs one command line; its exit status. */
export async function runCli(argv: readonly string[], surroundings: Surroundings): Promise<number> {
  const status = await runQuickly(argv, surroundings)
  return status ?? (await import('./any-verb.ts')).runAnyVerb(argv, surroundings)
}

/** The verbs that are typed most, and by timers and scripts: each loaded without the others. */
const quickVerbs: ReadonlyMap<string, () => Promise<Verb>> = new Map([
  ['ci', async () => (await import('./verbs/ci.ts')).ciVerb],
  ['exec', async () => (await import('./verbs/exec.ts')).execVerb],
  ['lock', async () => (await import('./verbs/lock.ts')).lockVerb],
  ['snap', async () => (await import('./verbs/snap.ts')).snapVerb],
  ['status', async () => (await import('./verbs/status.ts')).statusVerb],
  ['up', async () => (await import('./verbs/up.ts')).upVerb],
])

/** Undefined, with nothing done, for what is not one of these verbs in plain words. */
async function runQuickly(argv: readonly string[], surroundings: Surroundings): Promise<number | undefined> {
  const typed = readPlain(isconfWords, argv)
  // Which verbs these flags go with, the table of verbs says.
  if (typed === undefined || typed.debug || typed.reboot || typed.message !== undefined) return undefined
  const { words, ...flags } = typed
  const [name = '', ...rest] = words
  const verb = await quickVerbs.get(name)?.()
  const own = verb && readPlain(verb, rest)
  const { run } = verb ?? {}
  if (!verb || !own || !run) return undefined
  return told('isconf', surroundings.terminal, () => run(contextFor(verb, flags, surroundings), own))
}
