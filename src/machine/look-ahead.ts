/** A look at the places of changes before any of them is made. */
/** Whose something is to be, by its names where there are some. */
interface Owner {
  readonly uid: number
  readonly gid: number
  readonly user: string
  readonly group: string
}

/** What is looked at of the attributes of an installation. */
interface LookedAt {
  readonly path: string
  readonly owner: Owner
  readonly parents: readonly { readonly owner: Owner }[]
}

/** What is to be done at a path. */
export type Change =
  | {
      readonly kind: 'file'
      readonly attributes: LookedAt & { readonly sparse?: true; readonly hardlink?: string }
      readonly sizeBytes: number
      /** Its content is not in the store yet, and will take room there as well. */
      readonly isToBeFetched: boolean
    }
  | { readonly kind: 'directory' | 'symlink'; readonly attributes: LookedAt }
  | { readonly kind: 'removal'; readonly path: string }

export interface LookAhead {
  /**
   * What stops each of these changes, in words; undefined if nothing is seen to stop it. They are looked at as they
   * will be made: in this order, after all that were asked about before, and each as if nothing had stopped the others.
   */
  obstacles(changes: readonly Change[]): Promise<readonly (string | undefined)[]>
  /** What plain users had put in the way and was moved aside, or would be: only what was not told before, in words. */
  asides(): readonly string[]
}

/** Where a change is made, by the journal's name. */
export function pathOf(change: Change): string {
  return change.kind === 'removal' ? change.path : change.attributes.path
}
