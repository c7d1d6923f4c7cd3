/** Hosts of the domain that have the short name of this one, as db1.fra and db1.nyc have. */
import type { PeerId } from '../../mesh/index.ts'

/** A host that is here now, and its name. */
export interface Namesake {
  readonly peer: PeerId
  readonly name: string
}

/** Stands between a shared name and a part of the host's id. */
const idMark = '#'
/** The end of a peer id, which is enough to tell hosts of one name apart. */
const idLength = 6

/** The short name, in lower case, of a host that may use a longer one to be told from others. */
export function shortNameOf(name: string): string {
  return name.toLowerCase().replace(/[.#].*/, '')
}

/**
 * The name that a host uses: the short one; if others have that too, the full one; and if that does not tell them apart
 * either, with the end of its id.
 */
export function distinctName(
  own: { readonly short: string; readonly full: string },
  self: string,
  others: readonly string[],
): string {
  if (others.length === 0) return own.short
  const full = own.full.toLowerCase()
  const isFullShared = others.some((name) => name.toLowerCase().split(idMark)[0] === full)
  if (own.full !== own.short && !isFullShared) return own.full
  return `${own.full}${idMark}${self.slice(-idLength)}`
}

/** More hosts than a domain has, and of one name more than anybody would tell apart. */
const [namesMax, hostsPerNameMax] = [20_000, 64]

/** Which hosts have said something while this daemon runs, by their short names. */
export class RecentNames {
  readonly #saidMsByName = new Map<string, Map<PeerId, number>>()

  /** A host that was known before has said something. */
  note(peer: PeerId, name: string, saidMs: number): void {
    const short = shortNameOf(name)
    const hosts = this.#saidMsByName.get(short) ?? new Map<PeerId, number>()
    renew(this.#saidMsByName, short, hosts, namesMax)
    renew(hosts, peer, saidMs, hostsPerNameMax)
  }

  /** Hosts of a short name that have said something since a moment; they may have another name by now. */
  with(short: string, sinceMs: number): readonly PeerId[] {
    const hosts = [...(this.#saidMsByName.get(shortNameOf(short)) ?? [])]
    return hosts.filter(([, saidMs]) => saidMs >= sinceMs).map(([peer]) => peer)
  }
}

/** Sets an entry, and drops the oldest ones if there are too many. */
function renew<Key, Value>(map: Map<Key, Value>, key: Key, value: Value, max: number): void {
  map.delete(key)
  map.set(key, value)
  const [oldest] = map.keys()
  if (map.size > max && oldest !== undefined) map.delete(oldest)
}
