/** `revert`: takes a changeset back by recording the inverse of it, like any other change. */
import { type BlobRef, type ChangesetId, IsconfError, idPrefixLength, operationName } from '../../base/index.ts'
import { bankAfter, type Voids, voidsIn } from '../../branch/index.ts'
import { blobOf, describeInBrief, findChangeset, type Operation, type SignedChangeset } from '../../journal/index.ts'
import { refuseRebooting } from '../reboot.ts'
import { type OriginDeps, requireWork } from '../work.ts'
import { LaterChanges, notAsLeft } from './as-left.ts'
import { type PerformListener, perform } from './perform.ts'
import { planReversal, type Reversal, type ReversalOptions } from './plan.ts'
import { RecordedPaths, type WantedPaths } from './recorded-paths.ts'
import { sparingOthers } from './spared.ts'

export interface RevertDeps extends OriginDeps {
  /** Gets a blob that is not here from the other hosts. BLOB_MISSING. */
  readonly fetchBlob: (ref: BlobRef, signal: AbortSignal) => Promise<void>
}

export interface RevertRequest extends ReversalOptions {
  /** The beginning of the changeset's id. */
  readonly changeset: string
  /** Also changes what is no longer as the changeset left it. */
  readonly overwrite: boolean
}

export interface RevertPlan extends Reversal {
  readonly id: ChangesetId
}

/** What {@link revert} would do, and what keeps it from that; nothing is changed. NO_SUCH_OPERATION, USAGE. */
export async function planRevert(deps: OriginDeps, request: RevertRequest): Promise<RevertPlan> {
  const { machine } = deps
  const { id, changeset } = await changesetOf(deps, request.changeset)
  const voids = await voidsIn(deps.branch.journal)
  const operations = withoutVoid({ id, changeset }, voids)
  const wanted = wantedBy(operations)
  const { recorded, bank } = await upTo(deps, changeset.sequence - 1, wanted)
  const before = recorded.copy()
  const planned = planReversal(operations, recorded, bank, request)
  const spared = await sparingOthers(machine, planned, wanted.paths)
  const reversal = { ...spared, remarks: [...voidRemarks({ id, changeset }, voids), ...spared.remarks] }
  if (request.overwrite) return { id, ...reversal }
  const later = await changesAfter(deps, changeset.sequence)
  const changed = await notAsLeft(machine, {
    ...{ paths: wanted.paths, before, after: recorded, inverse: reversal.operations },
    laterChange: (path) => later.of(path),
  })
  return { id, ...reversal, obstacles: [...reversal.obstacles, ...changed] }
}

/**
 * Does what {@link planRevert} says and notes it in the work in progress, operation by operation. If one fails, those
 * that were done stay noted. The failures of {@link requireWork} and of doing, REVERT_REFUSED, WIP_FULL, BLOB_MISSING.
 */
export async function revert(
  deps: RevertDeps,
  user: string,
  request: RevertRequest,
  listener: PerformListener,
  signal: AbortSignal,
): Promise<RevertPlan> {
  const { work, machine, store } = deps
  requireWork(deps, user)
  await refuseRebooting(deps)
  const plan = await planRevert(deps, request)
  const { id, operations, obstacles, remarks } = plan
  for (const remark of [...remarks, ...obstacles]) listener.remark(remark)
  if (obstacles.length > 0) {
    const what = obstacles.length === 1 ? '1 thing stands' : `${obstacles.length} things stand`
    throw new IsconfError('REVERT_REFUSED', `${what} against taking back changeset ${id.slice(0, idPrefixLength)}`)
  }
  work.refuseWithoutRoom(operations.reduce((sum, one) => sum + JSON.stringify(one).length + 1, 0))
  for (const operation of operations) {
    const blob = blobOf(operation)
    if (blob && !store.has(blob.id)) await deps.fetchBlob(blob, signal)
    if (operation.type === 'snap' && operation.kind === 'removal') await machine.refuseRemoval(operation.path)
  }
  await perform(deps, operations, (done) => work.addAll(done), listener, signal)
  return plan
}

/** What the journal has after its first `length` changesets, of some paths and in the package bank. */
export async function upTo(
  { branch }: Pick<OriginDeps, 'branch'>,
  length: number,
  wanted: WantedPaths,
): Promise<{ readonly recorded: RecordedPaths; readonly bank: ReturnType<typeof bankAfter> }> {
  const recorded = new RecordedPaths(wanted)
  const voids = await voidsIn(branch.journal)
  let bank = bankAfter(new Map(), [])
  for await (const signed of branch.journal.changesetsAfter(0)) {
    if (signed.changeset.sequence > length) break
    const operations = withoutVoid(signed, voids)
    recorded.read(operations)
    if (operations.some(({ type }) => type === 'bank')) bank = bankAfter(bank, operations)
  }
  return { recorded, bank }
}

/**
 * The operations of a changeset that hosts still do. What is void is no older version of anything, and need not be
 * taken back.
 */
function withoutVoid({ id, changeset }: Named, voids: Voids): readonly Operation[] {
  if (voids.size === 0) return changeset.operations
  return changeset.operations.filter((_, index) => !voids.has(operationKeyOf(id, index)))
}

function voidRemarks({ id, changeset }: Named, voids: Voids): readonly string[] {
  return changeset.operations.flatMap((operation, index) => {
    const by = voids.get(operationKeyOf(id, index))
    if (!by) return []
    const what = `${operationName(id, index)} (${describeInBrief(operation)})`
    return `${what} is void, by ${by.author}: it is not taken back, for hosts pass over it`
  })
}

type Named = Pick<SignedChangeset, 'id' | 'changeset'>

function operationKeyOf(id: ChangesetId, index: number): string {
  return `${id}:${index}`
}

/** The paths that operations are about; for a removal, also what was below. */
export function wantedBy(operations: readonly Operation[]): WantedPaths {
  const snaps = operations.filter((one) => one.type === 'snap')
  return {
    paths: new Set(snaps.map(({ path }) => path)),
    trees: new Set(snaps.filter(({ kind }) => kind === 'removal').map(({ path }) => path)),
  }
}

async function changesetOf({ branch }: OriginDeps, name: string): Promise<SignedChangeset> {
  if (name.includes(':')) {
    throw new IsconfError('USAGE', `revert undoes a whole changeset, and ${name} is one operation`, {
      hint: `say: isconf revert ${name.slice(0, name.indexOf(':'))}`,
    })
  }
  return findChangeset(branch.journal, name)
}

async function changesAfter({ branch, work }: OriginDeps, sequence: number): Promise<LaterChanges> {
  const later = new LaterChanges()
  for await (const { id, changeset } of branch.journal.changesetsAfter(sequence)) {
    later.read(changeset.operations, (index) => `by ${operationName(id, index)}`)
  }
  later.read(work.operations, () => 'in the work that is not checked in')
  return later
}
