import { commonVerbs, type Program, verbWords } from '../../terminal/index.ts'
import { type HostkeeperVerb, hostkeeperFlags } from '../program/index.ts'
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
