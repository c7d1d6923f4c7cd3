/** Which hosts should have a file by what the journals and the inventory say. */
import { type BlobRef, type ChangesetId, inAnyOrder, type Random } from '../../base/index.ts'
import type { Branches } from '../../branch/index.ts'
import type { SignedChangeset } from '../../journal/index.ts'
import { type PeerId, peerIdOfText } from '../../mesh/index.ts'
import type { KnownHost } from '../inventory/index.ts'

export interface RecordedHoldersDeps {
  readonly branches: Branches
  readonly random: Random
  /** The other hosts of the domain. */
  readonly hosts: () => readonly KnownHost[]
  /** Where a host can be dialed, as it has said; none where this host may not dial it. */
  readonly addressesOf: (peer: PeerId) => readonly string[]
}

export class RecordedHolders {
  readonly #deps: RecordedHoldersDeps
  /** The changesets that name what is not here. */
  readonly #namedById = new Map<string, { readonly id: ChangesetId; readonly key: string }>()

  constructor(deps: RecordedHoldersDeps) {
    this.#deps = deps
  }

  /** A changeset names a blob that is not here. */
  note(ref: BlobRef, signed: SignedChangeset): void {
    this.#namedById.set(ref.id, { id: signed.id, key: signed.changeset.key })
  }

  forget(ref: BlobRef): void {
    this.#namedById.delete(ref.id)
  }

  /**
   * The host that recorded a blob, and in any order those that have done the changeset it came with; all hosts when that
   * is not known.
   */
  of({ id }: BlobRef): readonly PeerId[] {
    const { hosts, random } = this.#deps
    const named = this.#namedById.get(id)
    const able = hosts().filter((host) => named === undefined || this.#hasDone(host, named.id))
    const peers = able.map(({ peer }) => peer)
    const origin = named && peerIdOfText(named.key)
    const others = inAnyOrder(peers, random).filter((peer) => peer !== origin)
    return origin === undefined ? others : [origin, ...others]
  }

  addressesOf(peer: PeerId): readonly string[] {
    return this.#deps.addressesOf(peer)
  }

  #hasDone({ at }: KnownHost, id: ChangesetId): boolean {
    const journal = at && this.#deps.branches.get(at.branch)?.journal
    const done = at?.done && journal?.sequenceOf(at.done.id)
    const named = journal?.sequenceOf(id)
    return done !== undefined && done !== null && named !== undefined && done >= named
  }
}
