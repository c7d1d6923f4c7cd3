import type { Verb } from '../verb.ts'
import { ciVerb } from './ci.ts'
import { daemonVerb, restartVerb, startVerb, stopVerb } from './daemon.ts'
import { envVerb } from './env.ts'
import { execVerb } from './exec.ts'
import { lintVerb } from './lint.ts'
import { lockVerb } from './lock.ts'
import { logVerb } from './log.ts'
import { rebootVerb } from './reboot.ts'
import { renderVerb } from './render.ts'
import { resolveVerb } from './resolve.ts'
import { snapVerb } from './snap.ts'
import { statusVerb } from './status.ts'
import { unlockVerb } from './unlock.ts'
import { upVerb } from './up.ts'

/** Every verb, in the order of the help. */
export const verbs: readonly Verb[] = [
  lockVerb,
  unlockVerb,
  snapVerb,
  execVerb,
  rebootVerb,
  ciVerb,
  upVerb,
  statusVerb,
  logVerb,
  resolveVerb,
  lintVerb,
  envVerb,
  renderVerb,
  startVerb,
  stopVerb,
  restartVerb,
  daemonVerb,
]
