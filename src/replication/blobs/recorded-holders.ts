/** Which hosts should have a file by what the journals and the inventory say. */
import type { BlobRef, ChangesetId, Random } from '../../base/index.ts'
import type { Branches } from '../../branch/index.ts'
import type { SignedChangeset } from '../../journal/index.ts'
import { type PeerId, peerIdOfText } from '../../mesh/index.ts'
import type { KnownHost } from '../inventory/index.ts'

export interface RecordedHoldersDeps {
  readonly branches: Branches
  readonly random: Random
  /** The other hosts of the domain. */
  readonly hosts: () => readonly KnownHost[]
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

  /** The host that recorded a blob, and those that have done what came with it, in any order; any host when it is not known what that was. */
  of({ id }: BlobRef): readonly PeerId[] {
    const { hosts, random } = this.#deps
    const named = this.#namedById.get(id)
    const peers = hosts().flatMap((host) => (named === undefined || this.#hasDone(host, named.id) ? [host.peer] : []))
    for (let left = peers.length; left > 1; left -= 1) {
      const other = random.below(left)
      const last = peers[left - 1] as PeerId
      peers[left - 1] = peers[other] as PeerId
      peers[other] = last
    }
    const origin = named && peerIdOfText(named.key)
    return origin === undefined ? peers : [origin, ...peers.filter((peer) => peer !== origin)]
  }

  /** Where a host has said that it can be dialed. */
  addressesOf(peer: PeerId): readonly string[] {
    return this.#deps.hosts().find((host) => host.peer === peer)?.addresses ?? []
  }

  #hasDone({ at }: KnownHost, id: ChangesetId): boolean {
    const journal = at && this.#deps.branches.get(at.branch)?.journal
    const done = at?.done && journal?.sequenceOf(at.done.id)
    const named = journal?.sequenceOf(id)
    return done !== undefined && done !== null && named !== undefined && done >= named
  }
}
