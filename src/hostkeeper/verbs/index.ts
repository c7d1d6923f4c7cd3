import type { HostkeeperVerb } from '../verb.ts'
import { planVerb } from './plan.io.ts'
import { runVerb } from './run.io.ts'

/** Every verb of hostkeeper, in the order of the help. */
export const hostkeeperVerbs: readonly HostkeeperVerb[] = [planVerb, runVerb]
