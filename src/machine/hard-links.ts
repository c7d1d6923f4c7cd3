/** Files with more than one name, as far as they are met in one snap. */

interface LinkedFile {
  /** The name that was met first. */
  readonly first: string
  /** How many names it has, wherever they are. */
  readonly names: number
  met: number
}

export class HardLinks {
  readonly #fileByInode = new Map<string, LinkedFile>()

  /** Notes a name of a file that has several. Returns the name that was met first; undefined if it is this one. */
  note(inode: string, names: number, path: string): string | undefined {
    const found = this.#fileByInode.get(inode)
    if (!found) {
      this.#fileByInode.set(inode, { first: path, names, met: 1 })
      return undefined
    }
    // A path that is asked for twice is no other name.
    if (found.first === path) return undefined
    found.met += 1
    return found.first
  }

  /** Says that files have names that were not snapped: on the other hosts, those will be files of their own. */
  get remarks(): readonly string[] {
    const parted = [...this.#fileByInode.values()].filter(({ names, met }) => met < names)
    const [first] = parted
    if (!first) return []
    const others = parted.length === 1 ? '' : `, and ${parted.length - 1} more such files`
    return [
      `${first.first} has ${first.names} names (hard links), of which ${first.met} ${first.met === 1 ? 'is' : 'are'} recorded here${others}: on other hosts the other names keep what they have`,
    ]
  }
}
