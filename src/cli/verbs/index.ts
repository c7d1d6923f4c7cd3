import { commonVerbs, type Program } from '../../terminal/index.ts'
import { isconfWords } from '../flags.ts'
import { topics } from '../topics.ts'
import type { Verb } from '../verb.ts'
import { bankVerb } from './bank.ts'
import { blameVerb } from './blame.ts'
import { branchesVerb } from './branches.ts'
import { catVerb } from './cat.ts'
import { ciVerb } from './ci.ts'
import { daemonVerb, restartVerb, startVerb, stopVerb } from './daemon.ts'
import { diffVerb } from './diff.ts'
import { doctorVerb } from './doctor.ts'
import { doneVerb } from './done.ts'
import { envVerb } from './env.ts'
import { eventsVerb } from './events.ts'
import { execVerb } from './exec.ts'
import { fleetVerb } from './fleet.ts'
import { forkVerb } from './fork.ts'
import { historyVerb } from './history.ts'
import { holdVerb } from './hold.ts'
import { hostsVerb } from './hosts.ts'
import { initVerb } from './init.ts'
import { leaveVerb } from './leave.ts'
import { lintVerb } from './lint.ts'
import { lockVerb } from './lock.ts'
import { logVerb } from './log.ts'
import { metricsVerb } from './metrics.ts'
import { migrateVerb } from './migrate.ts'
import { pathsVerb } from './paths.ts'
import { rebootVerb } from './reboot.ts'
import { rehearseVerb } from './rehearse.ts'
import { releaseVerb } from './release.ts'
import { renderVerb } from './render.ts'
import { resolveVerb } from './resolve.ts'
import { revertVerb } from './revert.ts'
import { sealVerb } from './seal.ts'
import { showVerb } from './show.ts'
import { skipVerb } from './skip.ts'
import { snapVerb } from './snap.ts'
import { statusVerb } from './status.ts'
import { unlockVerb } from './unlock.ts'
import { upVerb } from './up.ts'
import { verifyVerb } from './verify.ts'
import { voidVerb } from './void.ts'
import { webVerb } from './web.ts'
import { wipVerb } from './wip.ts'

/** Every verb, by what it is for; a new one is a line here and a file beside this one. */
export const verbsByGroup = {
  /** What changes the disk. */
  disk: [
    lockVerb,
    unlockVerb,
    snapVerb,
    bankVerb,
    execVerb,
    rebootVerb,
    voidVerb,
    revertVerb,
    rehearseVerb,
    ciVerb,
    upVerb,
    skipVerb,
    doneVerb,
    holdVerb,
    releaseVerb,
  ],
  branch: [forkVerb, migrateVerb, branchesVerb, resolveVerb],
  /** What only looks, and what has to do with configuration. */
  other: [
    statusVerb,
    logVerb,
    showVerb,
    blameVerb,
    pathsVerb,
    verifyVerb,
    diffVerb,
    wipVerb,
    historyVerb,
    hostsVerb,
    fleetVerb,
    eventsVerb,
    webVerb,
    metricsVerb,
    catVerb,
    doctorVerb,
    lintVerb,
    envVerb,
    renderVerb,
    ...commonVerbs(() => isconf).map((common): Verb => ({ ...common, withoutConfig: true })),
  ],
  daemon: [initVerb, leaveVerb, startVerb, stopVerb, restartVerb, sealVerb, daemonVerb],
} as const satisfies Readonly<Record<string, readonly Verb[]>>

/** In the order of the help. */
export const verbs: readonly Verb[] = Object.values(verbsByGroup).flat()

/** The program: its flags, and its verbs. */
export const isconf = {
  name: 'isconf',
  ...isconfWords,
  takers: {
    message: ({ options }) => options?.['message'] !== undefined,
    reboot: ({ name }) => name === 'up',
  },
  verbs,
  topics,
} satisfies Program
