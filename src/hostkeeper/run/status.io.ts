/** How this host stands. */
import { bootId } from '../../base/boot.io.ts'
import { IsconfError } from '../../base/index.ts'
import { fetchResult, oldTree, readBoot } from '../boot/index.ts'
import { hostOf, isIntermediate, leavesStamp, ruleFor, stepsFor } from '../make/index.ts'
import { lockHolder, type ProgramContext } from '../program/index.ts'
import { treeOf } from '../tree/index.ts'
import { type ResolvedRun, resolveRun } from './plan.io.ts'
import { stepUnderWay } from './progress.io.ts'
import { readRuns } from './runs.io.ts'
import type { Run } from './runs.ts'
import { timedStamps } from './stamp-run.io.ts'

/** What a boot would do. */
export interface Pending {
  /** Steps that are not done, in the order of make. */
  readonly steps: readonly string[]
  /** Steps that leave no stamp. */
  readonly everyRun: readonly string[]
  /** Why it cannot be told, or that the host is excluded. */
  readonly problem: string | null
}

export type HostStatus = Awaited<ReturnType<typeof statusOf>>

/** Writes nothing and needs no lock; `runsMax` of the last runs. What is not known, or not so, is null. */
export async function statusOf(context: ProgramContext, runsMax: number) {
  const { layout, settings } = context
  const atWork = (await lockHolder(layout.lock)) ?? null
  // Whoever only fetches a tree has the lock, too.
  const isRun = atWork !== null && /^(hostkeeper run|make )/.test(atWork)
  const [tree, fetch, boot] = [treeOf(layout.tree), fetchResult(layout), readBoot(layout, settings)]
  const runs = [...(await readRuns(layout.runs))].reverse().slice(0, runsMax)
  return {
    tree: tree ?? layout.tree,
    /** When the source last had this tree. */
    fetched: fetch.tree === tree ? fetch.at : null,
    source: settings.source ?? null,
    /** Why the host goes on with a tree of an earlier time. */
    old: oldTree(layout, settings) ?? null,
    atWork,
    /** The step of packages.conf that is being done. */
    step: isRun ? stepUnderWay(layout.stamps) : null,
    /** What came of the last attempt to make the host right. */
    boot: boot === undefined ? null : { ...boot, isThisBoot: boot.boot === bootId() },
    /** The last first. */
    runs: runs.map((run, index) => rowOf(run, index === 0 && isRun)),
    /** The oldest first. */
    stamps: timedStamps(layout.stamps),
    pending: pendingOf(context),
  }
}

function rowOf({ start, end }: Run, isAtWork: boolean) {
  const { id, words, at, tree, log } = start
  const outcome = end?.outcome ?? (isAtWork ? 'under way' : 'killed')
  const ending = { ended: end?.at ?? null, status: end?.status ?? null, made: end?.made ?? [] }
  return { id, outcome, words, started: at, ...ending, tree, log }
}

function pendingOf(context: ProgramContext): Pending {
  try {
    if (hostOf(context).excluded) return { steps: [], everyRun: [], problem: 'excluded: PACKAGES=exclude' }
    return pendingIn(resolveRun(context, ['BOOT']))
  } catch (error) {
    if (!(error instanceof IsconfError)) throw error
    return { steps: [], everyRun: [], problem: error.message }
  }
}

function pendingIn({ managed: { database }, targets, stamps }: ResolvedRun): Pending {
  const done = new Set(stamps.kept)
  const counts = (step: string): boolean => targets.includes(step) || !isIntermediate(database, step)
  const steps = stepsFor(database, targets).filter(
    (step) => ruleFor(database, step)?.recipe && !done.has(step) && counts(step),
  )
  const stays = (step: string): boolean => leavesStamp(ruleFor(database, step))
  return { steps: steps.filter(stays), everyRun: steps.filter((step) => !stays(step)), problem: null }
}
