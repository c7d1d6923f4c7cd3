/**
 * What a journal says of some paths, at whatever point of it: which operation made what is there, that nothing is
 * there, or nothing at all. A journal knows only what was recorded; see docs/design/revert.md.
 */
import type { Operation, RemovalOperation, SnapOperation } from '../../journal/index.ts'
import { leftOutText } from '../../machine/index.ts'

export type InstallOperation = Exclude<SnapOperation, RemovalOperation>

/** `absent` if the journal knows that nothing is there; undefined if it knows nothing. */
export type Recorded = InstallOperation | 'absent' | undefined

/** Paths that are asked for, and trees of which everything is asked for. */
export interface WantedPaths {
  readonly paths: ReadonlySet<string>
  readonly trees: ReadonlySet<string>
}

export class RecordedPaths {
  readonly #wanted: WantedPaths
  readonly #byPath: Map<string, InstallOperation | 'absent'>
  /** The wanted paths about which the changeset that is being read has said something. */
  #saidOf = new Set<string>()

  constructor(wanted: WantedPaths, byPath: ReadonlyMap<string, InstallOperation | 'absent'> = new Map()) {
    this.#wanted = wanted
    this.#byPath = new Map(byPath)
  }

  get(path: string): Recorded {
    return this.#byPath.get(path)
  }

  /** What is recorded at a path and below it. */
  below(path: string): readonly InstallOperation[] {
    const isBelow = (one: InstallOperation | 'absent'): one is InstallOperation =>
      one !== 'absent' && (one.path === path || liesBelow(one.path, path))
    return [...this.#byPath.values()].filter(isBelow)
  }

  copy(): RecordedPaths {
    return new RecordedPaths(this.#wanted, this.#byPath)
  }

  /** Reads the operations of a changeset, or some that follow each other in it. */
  read(operations: readonly Operation[]): void {
    this.#saidOf = new Set()
    for (const operation of operations) this.#readOne(operation)
  }

  #readOne(operation: Operation): void {
    if (operation.type === 'exec') this.#forgetAbsent()
    if (operation.type !== 'snap') return
    if (operation.kind === 'removal') this.#removed(operation.path)
    else this.#installed(operation)
  }

  #installed(operation: InstallOperation): void {
    const { path } = operation
    // A tree is recorded with all that it holds: what is not among it was not there.
    if (operation.kind === 'directory') {
      for (const one of this.#wanted.paths) {
        const isSaid = this.#saidOf.has(one) || this.#byPath.has(one)
        // A host's own files are left out of trees, and may well be there.
        const mayBeThere = isSaid || leftOutText(one) !== undefined
        if (!mayBeThere && liesBelow(one, path)) this.#byPath.set(one, 'absent')
      }
    }
    if (!this.#isWanted(path)) return
    this.#byPath.set(path, operation)
    this.#saidOf.add(path)
  }

  #removed(path: string): void {
    const paths = [path, ...this.#byPath.keys(), ...this.#wanted.paths]
    for (const one of paths) {
      if (!this.#isWanted(one) || (one !== path && !liesBelow(one, path))) continue
      this.#byPath.set(one, 'absent')
      this.#saidOf.add(one)
    }
  }

  /** Forgets what is known to be absent: a command may have made anything. */
  #forgetAbsent(): void {
    for (const [path, recorded] of this.#byPath) if (recorded === 'absent') this.#byPath.delete(path)
  }

  #isWanted(path: string): boolean {
    const { paths, trees } = this.#wanted
    if (paths.has(path) || trees.has(path)) return true
    for (const tree of trees) if (liesBelow(path, tree)) return true
    return false
  }
}

export function liesBelow(path: string, directory: string): boolean {
  return path.startsWith(directory === '/' ? '/' : `${directory}/`) && path !== directory
}
