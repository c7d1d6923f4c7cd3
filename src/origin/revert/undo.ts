/** `wip undo`: takes the newest operations out of the work in progress, as far as possible. */
import { unreachable } from '../../base/index.ts'
import { blobOf, describeOperation, type Operation, type SnapOperation } from '../../journal/index.ts'
import { refuseRebooting } from '../reboot.ts'
import { clearUndone, noteUndone } from '../unrecorded.ts'
import { requireWork } from '../work.ts'
import { type PerformListener, perform } from './perform.ts'
import { planReversal } from './plan.ts'
import type { RecordedPaths } from './recorded-paths.ts'
import { type RevertDeps, upTo, wantedBy } from './revert.ts'
import { sparingOthers } from './spared.ts'

export interface UndoRequest {
  readonly user: string
  /** How many operations, the newest first. */
  readonly count: number
  /** Puts back what the journal, or the rest of the work, has at their paths. */
  readonly restore: boolean
}

/**
 * What taking an operation back means for this host: nothing (`none`), the earlier state is back (`restored`), what is
 * there is on no other host (`stays`), what is gone is gone only here (`gone`).
 */
export type UndoEffect = 'none' | 'restored' | 'stays' | 'gone'

export interface Undone {
  readonly text: string
  readonly effect: UndoEffect
}

export interface UndoResult {
  /** The newest first. */
  readonly undone: readonly Undone[]
  /** The command at which it stopped; null if no command was in the way. */
  readonly stoppedAt: string | null
  /** How many operations are left. */
  readonly left: number
}

/**
 * Takes operations back, the newest first, until enough are taken back or one is a command, which can't be. The
 * failures of {@link requireWork}, REBOOT_PENDING, BLOB_MISSING; those of putting files back come after the work has
 * changed.
 */
export async function undo(
  deps: RevertDeps,
  { user, count, restore }: UndoRequest,
  listener: PerformListener,
  signal: AbortSignal,
): Promise<UndoResult> {
  const { work, history, host } = deps
  requireWork(deps, user, 'directive')
  await refuseRebooting(deps)
  const newest = work.operations.slice(-count).reverse()
  const end = newest.findIndex(({ type }) => type === 'exec')
  const taken = end < 0 ? newest : newest.slice(0, end)
  const before = await recordedBefore(deps, taken)
  const undone = taken.map((one) => ({ text: describeOperation(one), effect: effectOf(one, before, restore) }))
  const back = restore ? await wayBack(deps, taken, before, listener, signal) : []
  const stopped = newest[taken.length]
  if (taken.length > 0) {
    // Said before it is so: a crash must not leave a host that differs and does not say so.
    await noteUndone(
      deps,
      taken.filter((_, index) => undone[index]?.effect !== 'none'),
    )
    // The work first: should it end in between, the files are as if nobody had asked for them to be put back.
    await work.takeBack(taken.length)
    await history.add([{ event: 'undone', operations: taken.length, by: `${user}@${host}` }])
    await perform(deps, back, async () => undefined, listener, signal)
    await clearUndone(
      deps,
      taken.filter((_, index) => undone[index]?.effect === 'restored'),
    )
  }
  return { undone, stoppedAt: stopped ? describeOperation(stopped) : null, left: work.operations.length }
}

/** What is recorded about their paths before all of them: in the journal, and in the rest of the work. */
async function recordedBefore(deps: RevertDeps, taken: readonly Operation[]): Promise<RecordedPaths> {
  const { branch, work } = deps
  const { recorded } = await upTo(deps, branch.journal.length, wantedBy(taken))
  recorded.read(work.operations.slice(0, work.operations.length - taken.length))
  return recorded
}

function effectOf(operation: Operation, before: RecordedPaths, restore: boolean): UndoEffect {
  switch (operation.type) {
    case 'bank':
    case 'reboot':
    case 'exec':
    case 'unknown':
    case 'void':
    case 'hold':
    case 'release':
      return 'none'
    case 'snap':
      return restore && isKnown(operation, before) ? 'restored' : operation.kind === 'removal' ? 'gone' : 'stays'
    default:
      return unreachable(operation)
  }
}

function isKnown({ kind, path }: SnapOperation, before: RecordedPaths): boolean {
  return before.get(path) !== undefined || (kind === 'removal' && before.below(path).length > 0)
}

/** The operations that put back what is known, with their blobs here. */
async function wayBack(
  deps: RevertDeps,
  taken: readonly Operation[],
  before: RecordedPaths,
  listener: PerformListener,
  signal: AbortSignal,
): Promise<readonly Operation[]> {
  const snaps = taken.filter((one) => one.type === 'snap').reverse()
  const planned = planReversal(snaps, before.copy(), new Map(), { with: [], unknown: 'keep' })
  const { operations, remarks, obstacles } = await sparingOthers(deps.machine, planned, wantedBy(snaps).paths)
  for (const remark of [...remarks, ...obstacles]) listener.remark(remark)
  for (const operation of operations) {
    const blob = blobOf(operation)
    if (blob && !deps.store.has(blob.id)) await deps.fetchBlob(blob, signal)
  }
  return operations
}
