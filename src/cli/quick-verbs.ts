/** The verbs that are typed most, and by timers and scripts: they run without the others being loaded. */
import type { Verb } from './verb.ts'
import { ciVerb } from './verbs/ci.ts'
import { execVerb } from './verbs/exec.ts'
import { lockVerb } from './verbs/lock.ts'
import { snapVerb } from './verbs/snap.ts'
import { statusVerb } from './verbs/status.ts'
import { upVerb } from './verbs/up.ts'

export const quickVerbs: readonly Verb[] = [ciVerb, execVerb, lockVerb, snapVerb, statusVerb, upVerb]
