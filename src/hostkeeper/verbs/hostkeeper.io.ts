/** hostkeeper: flags, a verb, and everything after the verb belongs to the verb. */
import {
  commonVerbs,
  type Program,
  runProgram,
  runVerb as runVerbOf,
  type TypedOf,
  verbWords,
} from '../../terminal/index.ts'
import {
  contextOf,
  type HostkeeperVerb,
  hostkeeperFlags,
  type ProgramSurroundings,
  withOwnHint,
} from '../program/index.ts'
import { checkpointVerb } from './checkpoint.io.ts'
import { cleanVerb } from './clean.io.ts'
import { fetchVerb } from './fetch.io.ts'
import { generateVerb } from './generate.io.ts'
import { initVerb } from './init.io.ts'
import { lintVerb } from './lint.io.ts'
import { planVerb } from './plan.io.ts'
import { rollbackVerb } from './rollback.io.ts'
import { runVerb } from './run.io.ts'
import { stampsVerb } from './stamps.io.ts'
import { statusVerb } from './status.io.ts'
import { switchVerb } from './switch.io.ts'
import { updateVerb } from './update.io.ts'

/** Every verb of hostkeeper, in the order of the help. */
export const hostkeeperVerbs: readonly HostkeeperVerb[] = [
  initVerb,
  lintVerb,
  generateVerb,
  updateVerb,
  fetchVerb,
  switchVerb,
  rollbackVerb,
  planVerb,
  runVerb,
  statusVerb,
  stampsVerb,
  cleanVerb,
  checkpointVerb,
  ...commonVerbs(() => hostkeeper),
]

/** The program: its flags, and its verbs. */
export const hostkeeper = {
  name: 'hostkeeper',
  options: hostkeeperFlags,
  arguments: verbWords,
  passThrough: true,
  verbs: hostkeeperVerbs,
} satisfies Program

/** Runs one command line; its exit status. */
export function runHostkeeper(argv: readonly string[], surroundings: ProgramSurroundings): Promise<number> {
  // Whoever calls, by hand or at boot: a step makes the same files, and a tree has the same modes and so the same name.
  process.umask(0o022)
  const act = ({ words, ...flags }: TypedOf<typeof hostkeeper>): Promise<number> =>
    runVerbOf(hostkeeper, words, surroundings.terminal, () => contextOf('hostkeeper', flags, surroundings))
  return runProgram(hostkeeper, argv, surroundings, act, withOwnHint)
}
