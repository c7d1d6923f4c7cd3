import type { HostkeeperVerb } from '../verb.ts'
import { fetchVerb } from './fetch.io.ts'
import { planVerb } from './plan.io.ts'
import { rollbackVerb } from './rollback.io.ts'
import { runVerb } from './run.io.ts'
import { switchVerb } from './switch.io.ts'
import { updateVerb } from './update.io.ts'

/** Every verb of hostkeeper, in the order of the help. */
export const hostkeeperVerbs: readonly HostkeeperVerb[] = [
  planVerb,
  runVerb,
  updateVerb,
  fetchVerb,
  switchVerb,
  rollbackVerb,
]
