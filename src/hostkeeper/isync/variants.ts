/** Files of the tree that are for one host: FILE.HOSTNAME, beside FILE for all others. */
import { foldedHostName } from '../../config/index.ts'

/** Whose names end a variant. */
export interface HostsOfTree {
  /** This host's names, the full one first. */
  readonly own: readonly string[]
  /** Those of all other hosts, as {@link foldedHostName} has them. */
  readonly others: ReadonlySet<string>
}

/** A directory of the tree, as it is to be on this host. */
export interface OnHost {
  /** Under which name the tree has it, by the name on this host. */
  readonly sources: ReadonlyMap<string, string>
  /** What is for other hosts. */
  readonly leftOut: readonly string[]
}

/**
 * `isListed` tells which names the manifest has a line for. A name that ends in another host's is a variant where
 * something else says so: FILE is there, the manifest has a line for it, or several hosts have theirs. Else it is a file
 * like any other: `db.example.org` is a zone, although a host may have that name. So it is where the manifest has a line
 * for the whole name.
 */
export function namesForHost(
  names: readonly string[],
  hosts: HostsOfTree,
  isListed: (name: string) => boolean = () => false,
): OnHost {
  const variants = names.map((name) => (isListed(name) ? { name } : variantOf(name, hosts)))
  const files = variants.flatMap(({ file }) => file ?? [])
  const isKnown = (file: string): boolean =>
    names.includes(file) || isListed(file) || files.indexOf(file) !== files.lastIndexOf(file)
  const isForOther = ({ file, rank }: Variant): boolean => file !== undefined && rank === undefined && isKnown(file)
  // Of several the last stays, so what is for all hosts comes first.
  const rankOf = ({ rank = 2 * hosts.own.length }: Variant): number => rank
  const here = variants.filter((one) => !isForOther(one)).sort((a, b) => rankOf(b) - rankOf(a))
  return {
    sources: new Map(here.map(({ name, file, rank }) => [rank === undefined ? name : (file ?? name), name])),
    leftOut: variants.filter(isForOther).map(({ name }) => name),
  }
}

export interface Variant {
  readonly name: string
  /** Undefined when the name ends in no host's. */
  readonly file?: string
  /** Of a variant of this host: the lowest counts. */
  readonly rank?: number
}

/** The file that a name may be a variant of. */
export function variantOf(name: string, { own, others }: HostsOfTree): Variant {
  const folded = own.map(foldedHostName)
  for (let dot = name.indexOf('.', 1); dot > 0; dot = name.indexOf('.', dot + 1)) {
    const host = name.slice(dot + 1)
    const file = name.slice(0, dot)
    const at = folded.indexOf(foldedHostName(host))
    // As the host is called comes before another spelling of that.
    if (at >= 0) return { name, file, rank: 2 * at + (own[at] === host ? 0 : 1) }
    if (others.has(foldedHostName(host))) return { name, file }
  }
  return { name }
}
