import type { Verb } from '../verb.ts'
import { bankVerb } from './bank.ts'
import { branchesVerb } from './branches.ts'
import { catVerb } from './cat.ts'
import { ciVerb } from './ci.ts'
import { daemonVerb, restartVerb, startVerb, stopVerb } from './daemon.ts'
import { envVerb } from './env.ts'
import { execVerb } from './exec.ts'
import { forkVerb } from './fork.ts'
import { historyVerb } from './history.ts'
import { hostsVerb } from './hosts.ts'
import { lintVerb } from './lint.ts'
import { lockVerb } from './lock.ts'
import { logVerb } from './log.ts'
import { migrateVerb } from './migrate.ts'
import { rebootVerb } from './reboot.ts'
import { renderVerb } from './render.ts'
import { resolveVerb } from './resolve.ts'
import { sealVerb } from './seal.ts'
import { showVerb } from './show.ts'
import { snapVerb } from './snap.ts'
import { statusVerb } from './status.ts'
import { unlockVerb } from './unlock.ts'
import { upVerb } from './up.ts'
import { wipVerb } from './wip.ts'

/** Every verb, in the order of the help. */
export const verbs: readonly Verb[] = [
  lockVerb,
  unlockVerb,
  snapVerb,
  bankVerb,
  execVerb,
  rebootVerb,
  ciVerb,
  upVerb,
  forkVerb,
  migrateVerb,
  statusVerb,
  logVerb,
  showVerb,
  wipVerb,
  historyVerb,
  branchesVerb,
  hostsVerb,
  catVerb,
  resolveVerb,
  lintVerb,
  envVerb,
  renderVerb,
  startVerb,
  stopVerb,
  restartVerb,
  sealVerb,
  daemonVerb,
]
