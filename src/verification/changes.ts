/** How two places in journals differ: what each says about every path. */
import type { Journal, Owner, SnapOperation } from '../journal/index.ts'
import type { Difference } from '../machine/index.ts'
import { type RecordedAt, recordedAt } from './recorded-paths.ts'

/** A journal up to a number of its operations. */
export interface Place {
  readonly journal: Journal
  readonly operations: number
}

/** A path about which two places say different things; undefined if one says nothing, or that nothing is there. */
export interface Changed {
  readonly path: string
  readonly before: RecordedAt | undefined
  readonly after: RecordedAt | undefined
  readonly differences: readonly Difference[]
}

/** What differs at and below a path, by path. USAGE for more than fits into memory. */
export async function changedBetween(
  before: Place,
  after: Place,
  top: string,
  signal: AbortSignal,
): Promise<readonly Changed[]> {
  const read = async ({ journal, operations }: Place): Promise<ReadonlyMap<string, RecordedAt>> =>
    new Map((await recordedAt(journal, { top, operations, signal })).map((one) => [one.path, one]))
  const [was, is] = [await read(before), await read(after)]
  const paths = [...new Set([...was.keys(), ...is.keys()])].sort()
  return paths.flatMap((path) => {
    const [one, other] = [was.get(path), is.get(path)]
    const differences = differencesBetween(one?.operation, other?.operation)
    return differences.length === 0 ? [] : [{ path, before: one, after: other, differences }]
  })
}

/** `recorded` is the earlier state, `found` the later one; times are not compared. */
function differencesBetween(
  before: SnapOperation | undefined,
  after: SnapOperation | undefined,
): readonly Difference[] {
  const [was, is] = [membersOf(before), membersOf(after)]
  if (!was && !is) return []
  if (!is) return [{ what: 'missing', recorded: was?.kind ?? '', found: 'nothing' }]
  if (!was) return [{ what: 'present', recorded: 'nothing', found: is.kind ?? '' }]
  if (was.kind !== is.kind) return [{ what: 'kind', recorded: was.kind ?? '', found: is.kind ?? '' }]
  return compared.flatMap((what): readonly Difference[] => {
    const [recorded = '', found = ''] = [was[what], is[what]]
    return recorded === found ? [] : [{ what, recorded, found }]
  })
}

const compared = ['content', 'target', 'mode', 'attributes', 'owner'] as const
type Members = { readonly [K in 'kind' | (typeof compared)[number]]?: string }

function membersOf(operation: SnapOperation | undefined): Members | undefined {
  if (!operation || operation.kind === 'removal') return undefined
  const { kind, owner } = operation
  const common = { kind, owner: ownerText(owner) }
  if (operation.kind === 'symlink') return { ...common, target: operation.target }
  const attributes = Object.entries(operation.xattrs ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))
  return {
    ...common,
    ...(operation.kind === 'file' && { content: operation.blob.id }),
    mode: operation.mode.toString(8).padStart(4, '0'),
    attributes: attributes.map(([name, value]) => `${name}=${value}`).join(' '),
  }
}

function ownerText({ uid, gid, user, group }: Owner): string {
  return `${user || uid}:${group || gid}`
}
