/** How this host stands. */
import { bootId } from '../../base/boot.io.ts'
import { IsconfError } from '../../base/index.ts'
import { type BootResult, fetchResult, oldTree, readBoot } from '../boot/index.ts'
import { hostOf, isIntermediate, leavesStamp, ruleFor, stepsFor } from '../make/index.ts'
import { lockHolder, type ProgramContext } from '../program/index.ts'
import { treeOf } from '../tree/index.ts'
import { type PlannedRun, planRun } from './plan.io.ts'
import { stepUnderWay } from './progress.io.ts'
import { readRuns } from './runs.io.ts'
import type { Run } from './runs.ts'
import { type TimedStamp, timedStamps } from './stamp-run.io.ts'

export type Outcome = 'done' | 'failed' | 'interrupted' | 'under way' | 'killed'

export interface RunRow {
  readonly id: string
  readonly outcome: Outcome
  readonly words: readonly string[]
  readonly started: string
  readonly ended: string | null
  readonly status: number | null
  readonly made: readonly string[]
  readonly tree: string
  readonly log: string
}

/** What a boot would do. */
export interface Pending {
  /** Steps that are not done, in the order of make. */
  readonly steps: readonly string[]
  /** Steps that leave no stamp. */
  readonly everyRun: readonly string[]
  /** Why it cannot be told, or that the host is excluded. */
  readonly problem: string | null
}

export interface HostStatus {
  readonly tree: string
  /** When the source last had this tree; null when that is not known. */
  readonly fetched: string | null
  readonly source: string | null
  /** Why the host goes on with a tree of an earlier time. */
  readonly old: string | null
  readonly atWork: string | null
  /** The step of packages.conf that is being done. */
  readonly step: { readonly name: string; readonly since: string } | null
  /** What came of the last attempt to make the host right. */
  readonly boot: (BootResult & { readonly isThisBoot: boolean }) | null
  /** The last first. */
  readonly runs: readonly RunRow[]
  /** The oldest first. */
  readonly stamps: readonly TimedStamp[]
  readonly pending: Pending
}

/** Writes nothing and needs no lock; `runsMax` of the last runs. */
export async function statusOf(context: ProgramContext, runsMax: number): Promise<HostStatus> {
  const { layout, settings } = context
  const atWork = (await lockHolder(layout.lock)) ?? null
  // Whoever only fetches a tree has the lock, too.
  const isRun = atWork !== null && /^(hostkeeper run|make )/.test(atWork)
  const [tree, fetch, boot] = [treeOf(layout.tree), fetchResult(layout), readBoot(layout, settings)]
  const runs = [...(await readRuns(layout.runs))].reverse().slice(0, runsMax)
  return {
    tree: tree ?? layout.tree,
    fetched: fetch.tree === tree ? fetch.at : null,
    source: settings.source ?? null,
    old: oldTree(layout, settings) ?? null,
    atWork,
    step: isRun ? stepUnderWay(layout.stamps) : null,
    boot: boot === undefined ? null : { ...boot, isThisBoot: boot.boot === bootId() },
    runs: runs.map((run, index) => rowOf(run, index === 0 && isRun)),
    stamps: timedStamps(layout.stamps),
    pending: pendingOf(context),
  }
}

function rowOf({ start, end }: Run, isAtWork: boolean): RunRow {
  const { id, words, at, tree, log } = start
  const outcome = end?.outcome ?? (isAtWork ? 'under way' : 'killed')
  const ending = { ended: end?.at ?? null, status: end?.status ?? null, made: end?.made ?? [] }
  return { id, outcome, words, started: at, ...ending, tree, log }
}

function pendingOf(context: ProgramContext): Pending {
  try {
    if (hostOf(context).excluded) return { steps: [], everyRun: [], problem: 'excluded: PACKAGES=exclude' }
    return pendingIn(planRun(context, { words: ['BOOT'], trace: false }))
  } catch (error) {
    if (!(error instanceof IsconfError)) throw error
    return { steps: [], everyRun: [], problem: error.message }
  }
}

function pendingIn({ database, targets, stamps }: PlannedRun): Pending {
  const done = new Set(stamps.kept)
  const counts = (step: string): boolean => targets.includes(step) || !isIntermediate(database, step)
  const steps = stepsFor(database, targets).filter(
    (step) => ruleFor(database, step)?.recipe && !done.has(step) && counts(step),
  )
  const stays = (step: string): boolean => leavesStamp(ruleFor(database, step))
  return { steps: steps.filter(stays), everyRun: steps.filter((step) => !stays(step)), problem: null }
}
