/** Compares this machine with what its journal says, as far as the host has done it. Changes nothing. */
import { IsconfError } from '../base/index.ts'
import { type Branch, operationsDone } from '../branch/index.ts'
import type { History } from '../host/index.ts'
import type { FileOperation, Journal, Operation, SnapOperation } from '../journal/index.ts'
import type { Difference, Machine } from '../machine/index.ts'
import { type RecordedAt, recordedAt } from './recorded-paths.ts'

export interface VerifyDeps {
  readonly branch: Branch
  readonly history: Pick<History, 'standing'>
  readonly work: { readonly operations: readonly Operation[] }
  readonly machine: Machine
}

/** A path that is not as the journal says. */
export interface Unlike extends RecordedAt {
  readonly differences: readonly Difference[]
}

export interface Verified {
  /** How many operations of the branch this host has done. */
  readonly position: number
  /** How many paths were looked at. */
  readonly checked: number
  /** By path. */
  readonly unlike: readonly Unlike[]
}

/** How many paths are looked at before the next report of progress. */
const pathsAtOnce = 256

/**
 * Compares what is at and below a path. `onProgress` hears how many paths are done, of how many. NO_SUCH_FILE,
 * OFF_BRANCH.
 */
export async function verify(
  deps: VerifyDeps,
  top: string,
  onProgress: (done: number, total: number) => void,
  signal: AbortSignal,
): Promise<Verified> {
  const { branch, history, machine } = deps
  const position = await operationsDone(branch, history.standing.done)
  const work = deps.work.operations.filter((one): one is SnapOperation => one.type === 'snap')
  const recorded = await recordedAt(branch.journal, { top, operations: position, work, removals: true, signal })
  if (recorded.length === 0 && top !== '/') {
    throw new IsconfError('NO_SUCH_FILE', `no operation that this host has done snapped ${top}`)
  }
  const unlike = await unlikeOf(machine, recorded, onProgress, signal)
  return { position, checked: recorded.length, unlike: await withoutNewer({ ...deps, position }, unlike) }
}

/** Those of some paths that are not as they were recorded. */
export async function unlikeOf(
  machine: Pick<Machine, 'differences'>,
  recorded: readonly RecordedAt[],
  onProgress: (done: number, total: number) => void,
  signal: AbortSignal,
): Promise<readonly Unlike[]> {
  const unlike: Unlike[] = []
  for (let from = 0; from < recorded.length; from += pathsAtOnce) {
    signal.throwIfAborted()
    const some = recorded.slice(from, from + pathsAtOnce)
    const found = await machine.differences(some.map(({ operation }) => operation))
    for (const [index, one] of some.entries()) {
      const differences = found[index] ?? []
      if (differences.length > 0) unlike.push({ ...one, differences })
    }
    onProgress(from + some.length, recorded.length)
  }
  return unlike
}

/**
 * A host may have a newer version of a file recorded with `--latest` than it has reached: that is no difference. If the
 * file is wrong in another way, it is compared with the newest version.
 */
async function withoutNewer(
  { branch, machine, position }: Pick<VerifyDeps, 'branch' | 'machine'> & Pick<Verified, 'position'>,
  unlike: readonly Unlike[],
): Promise<readonly Unlike[]> {
  const paths = new Set(unlike.filter(({ operation }) => isLatest(operation)).map(({ path }) => path))
  if (paths.size === 0) return unlike
  const newer = await newerVersions(branch.journal, position, paths)
  const left: Unlike[] = []
  for (const one of unlike) {
    const versions = newer.get(one.path) ?? []
    const found = await machine.differences(versions.map(({ operation }) => operation))
    if (found.some((differences) => differences.length === 0)) continue
    const [newest, differences] = [versions.at(-1), found.at(-1)]
    left.push(newest && differences ? { ...newest, differences } : one)
  }
  return left
}

async function newerVersions(
  journal: Journal,
  position: number,
  paths: ReadonlySet<string>,
): Promise<ReadonlyMap<string, readonly RecordedAt[]>> {
  const versions = new Map<string, RecordedAt[]>()
  for (let sequence = journal.length; sequence > 0; sequence -= 1) {
    const { id, changeset } = await journal.changesetAt(sequence)
    const { operations, operationsBefore } = changeset
    if (operationsBefore + operations.length <= position) break
    const here = operations.flatMap((operation, index): readonly RecordedAt[] =>
      isLatest(operation) && paths.has(operation.path) && operationsBefore + index >= position
        ? [{ path: operation.path, operation, key: `${id}:${index}` }]
        : [],
    )
    for (const one of here.toReversed()) versions.set(one.path, [one, ...(versions.get(one.path) ?? [])])
  }
  return versions
}

function isLatest(operation: Operation): operation is FileOperation {
  return operation.type === 'snap' && operation.kind === 'file' && operation.latest === true
}
