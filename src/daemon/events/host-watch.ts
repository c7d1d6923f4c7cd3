/**
 * Which hosts are lost and which are back, as this host sees it. In a small domain a lost connection tells; in a large
 * one, where most hosts are not connected, what they have said to everybody. `isconf fleet` shows a host as unheard by
 * the same rule.
 */
import { type Cancel, type Clock, everybodyMax } from '../../base/index.ts'
import type { PeerId, Transport } from '../../mesh/index.ts'
import type { Inventory, KnownHost } from '../../replication/index.ts'
import { isUnheard } from '../requests/shared/host-state.ts'
import type { News } from './event-bus.ts'

/** A daemon that restarts, or a line that is cut for a moment, is not a lost host. */
export const graceMs = 30_000
/** In a large domain, where a host is lost only after hours; in a small one there is nothing to look at. */
const lookEveryMs = 300_000

export interface HostWatchDeps {
  readonly clock: Clock
  readonly transport: Transport
  readonly inventory: Pick<Inventory, 'all' | 'size'>
  readonly tell: (news: News) => void
}

export class HostWatch {
  readonly #deps: HostWatchDeps
  /** The hosts that are not heard, and whether that was told: not of those that were off when this daemon started. */
  readonly #unheard = new Map<PeerId, { readonly isTold: boolean }>()
  /** Of hosts whose connection has gone a moment ago. */
  readonly #cancelByPeer = new Map<PeerId, Cancel>()
  #cancels: readonly Cancel[] = []
  #cancelLook: Cancel = () => undefined

  constructor(deps: HostWatchDeps) {
    this.#deps = deps
  }

  start(): void {
    for (const host of this.#deps.inventory.all())
      if (this.#isUnheard(host)) this.#unheard.set(host.peer, { isTold: false })
    this.#cancels = [
      this.#deps.transport.onPeer(({ type, peer }) => {
        this.#cancelByPeer.get(peer)?.()
        this.#cancelByPeer.delete(peer)
        if (type === 'up') this.#lookAt(peer)
        else
          this.#cancelByPeer.set(
            peer,
            this.#deps.clock.after(graceMs, () => this.#gone(peer)),
          )
      }),
    ]
    this.#lookLater()
  }

  stop(): void {
    this.#cancelLook()
    for (const cancel of [...this.#cancels, ...this.#cancelByPeer.values()]) cancel()
  }

  #gone(peer: PeerId): void {
    this.#cancelByPeer.delete(peer)
    this.#lookAt(peer)
  }

  #lookLater(): void {
    this.#cancelLook = this.#deps.clock.after(lookEveryMs, () => {
      const { inventory } = this.#deps
      if (inventory.size > everybodyMax) for (const host of inventory.all()) this.#look(host)
      this.#lookLater()
    })
  }

  #lookAt(peer: PeerId): void {
    // Of one that has told nothing yet, or has left the domain, there is nothing to tell.
    const host = this.#deps.inventory.all().find((one) => one.peer === peer)
    if (host) this.#look(host)
  }

  #look(host: KnownHost): void {
    const was = this.#unheard.get(host.peer)
    const isUnheardNow = this.#isUnheard(host)
    if (isUnheardNow === (was !== undefined)) return
    if (isUnheardNow) this.#unheard.set(host.peer, { isTold: true })
    else this.#unheard.delete(host.peer)
    if (isUnheardNow || was?.isTold) this.#tell(isUnheardNow ? 'host-lost' : 'host-back', host)
  }

  #isUnheard({ peer, seen }: KnownHost): boolean {
    const { clock, transport, inventory } = this.#deps
    const connected = transport.peers().some(({ id }) => id === peer)
    return isUnheard({ connected, seen }, inventory.size, clock)
  }

  #tell(type: 'host-lost' | 'host-back', { peer, name, at }: KnownHost): void {
    this.#deps.tell({ type, scope: 'domain', host: name, peerId: peer, branch: at?.branch ?? null })
  }
}
