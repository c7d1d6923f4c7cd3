/** What takes a changeset back: the inverse of its operations, the last one first, from what the journal had before. */
import { IsconfError, unreachable } from '../../base/index.ts'
import { type BankFiles, bankAfter } from '../../branch/index.ts'
import { describeInBrief, describeOperation, type Operation, type SnapOperation } from '../../journal/index.ts'
import { type InstallOperation, liesBelow, type RecordedPaths } from './recorded-paths.ts'

/** What to do with a path if the journal has nothing older. */
export type Unknown = 'delete' | 'keep' | undefined

export interface Reversal {
  /** In the order in which they are to be done. */
  readonly operations: readonly Operation[]
  /** What keeps it from being taken back, each in words. */
  readonly obstacles: readonly string[]
  readonly remarks: readonly string[]
}

export interface ReversalOptions {
  /** For each command of the changeset, in their order, the one that takes it back. */
  readonly with: readonly string[]
  readonly unknown: Unknown
}

/** Operations that follow each other in a changeset and are taken back together: a single operation, or snaps. */
interface Group {
  readonly operations: readonly Operation[]
  readonly before: RecordedPaths
  readonly bankBefore: BankFiles
}

/**
 * `recorded` and `bank` are what the journal has before the changeset; `recorded` is then read on to the end of the
 * changeset.
 */
export function planReversal(
  operations: readonly Operation[],
  recorded: RecordedPaths,
  bank: BankFiles,
  options: ReversalOptions,
): Reversal {
  const commands = operations.filter(({ type }) => type === 'exec')
  const inverse = new Inverse(options.unknown)
  if (options.with.length > commands.length) {
    throw new IsconfError(
      'USAGE',
      `--with was given ${options.with.length} times; the changeset has ${commandsText(commands.length)}`,
    )
  }
  let command = commands.length
  for (const { operations: some, before, bankBefore } of groupsOf(operations, recorded, bank).reverse()) {
    const [first] = some
    if (first === undefined) continue
    switch (first.type) {
      case 'snap':
        inverse.ofSnaps(some as readonly SnapOperation[], before)
        break
      case 'exec':
        command -= 1
        inverse.ofCommand(first.cwd, describeOperation(first), options.with[command])
        break
      case 'bank':
        inverse.ofBank(first.name, bankBefore)
        break
      case 'reboot':
        inverse.remarks.push('reboot: there is nothing to undo; if another one is needed: isconf reboot')
        break
      case 'void':
        inverse.obstacles.push(`${describeInBrief(first)}: a void stays; record again what is wanted`)
        break
      case 'hold':
      case 'release':
        inverse.remarks.push(
          `${describeOperation(first)}: stays as it is; see isconf release --branch, isconf hold --branch`,
        )
        break
      case 'unknown':
        inverse.obstacles.push(`${describeInBrief(first)}: nothing is known of what takes it back`)
        break
      default:
        unreachable(first)
    }
  }
  return inverse
}

function groupsOf(operations: readonly Operation[], recorded: RecordedPaths, bank: BankFiles): Group[] {
  const groups: Group[] = []
  let published = bank
  for (let from = 0; from < operations.length; ) {
    let to = from + 1
    if (operations[from]?.type === 'snap') while (operations[to]?.type === 'snap') to += 1
    const some = operations.slice(from, to)
    groups.push({ operations: some, before: recorded.copy(), bankBefore: published })
    recorded.read(some)
    published = bankAfter(published, some)
    from = to
  }
  return groups
}

class Inverse implements Reversal {
  readonly operations: Operation[] = []
  readonly obstacles: string[] = []
  readonly remarks: string[] = []
  readonly #unknown: Unknown

  constructor(unknown: Unknown) {
    this.#unknown = unknown
  }

  ofCommand(cwd: string, text: string, given: string | undefined): void {
    if (given === undefined) {
      this.obstacles.push(
        `${text}: nothing says what takes it back; give --with COMMAND, or --with true where nothing does`,
      )
    } else {
      this.operations.push({ type: 'exec', argv: ['sh', '-c', given], cwd, env: {} })
    }
  }

  ofBank(name: string, before: BankFiles): void {
    const file = before.get(name)
    if (file) this.operations.push({ type: 'bank', kind: 'file', name, blob: file.blob })
    else this.operations.push({ type: 'bank', kind: 'removal', name })
  }

  /** Removals first, of whole trees where possible; then what was there before, each directory after what is in it. */
  ofSnaps(snaps: readonly SnapOperation[], before: RecordedPaths): void {
    const removed = new Set<string>()
    const restored = new Map<string, InstallOperation>()
    const lastByPath = new Map(snaps.map((snap) => [snap.path, snap]))
    for (const [path, snap] of lastByPath) {
      if (snap.kind === 'removal') this.#undoRemoval(path, before, restored)
      else this.#undoInstall(path, snap, before, removed, restored)
    }
    const tops = [...removed].filter((path) => ![...removed].some((other) => liesBelow(path, other)))
    for (const path of tops.sort()) this.operations.push({ type: 'snap', kind: 'removal', path })
    const inOrder = [...restored.values()].sort((one, other) => (orderOf(one) < orderOf(other) ? -1 : 1))
    this.operations.push(...inOrder)
  }

  #undoInstall(
    path: string,
    { kind }: SnapOperation,
    before: RecordedPaths,
    removed: Set<string>,
    restored: Map<string, InstallOperation>,
  ): void {
    const was = before.get(path)
    if (was === 'absent') removed.add(path)
    else if (was) {
      if ((was.kind === 'directory') !== (kind === 'directory')) removed.add(path)
      restored.set(path, was)
    } else if (this.#unknown === 'delete') removed.add(path)
    else if (this.#unknown === undefined) {
      this.obstacles.push(
        `${path}: the journal does not know what was there before; --delete removes it, --keep leaves it as it is`,
      )
    }
  }

  #undoRemoval(path: string, before: RecordedPaths, restored: Map<string, InstallOperation>): void {
    if (before.get(path) === 'absent') return
    const known = before.below(path)
    for (const one of known) restored.set(one.path, one)
    if (known.length === 0 && this.#unknown === undefined) {
      this.obstacles.push(`${path}: the journal does not have what was removed there; --keep leaves it removed`)
    } else if (before.get(path) === undefined) {
      this.remarks.push(`${path}: what was removed there was never recorded, and can't be restored`)
    }
  }
}

function orderOf({ kind, path }: InstallOperation): string {
  return kind === 'directory' ? `${path}/\u{10ffff}` : path
}

function commandsText(count: number): string {
  return count === 1 ? '1 command' : count === 0 ? 'no command' : `${count} commands`
}
