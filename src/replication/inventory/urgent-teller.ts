/** Tells neighbours at once what everybody should know of a host: that it is stopped, say. */
import type { Clock } from '../../base/index.ts'
import type { PeerId, Transport } from '../../mesh/index.ts'
import { NewsOutbox } from '../news-outbox.ts'
import type { HostRecords, KeptRecord } from './host-records.ts'
import { askOfRecords, given } from './record-messages.ts'

/** How many urgent records are passed on at once in ten seconds; more travel with the others. */
const urgentMax = 50
const urgentWindowMs = 10_000

export interface UrgentTellerDeps {
  readonly transport: Transport
  readonly clock: Clock
  readonly records: HostRecords
}

export class UrgentTeller {
  readonly #deps: UrgentTellerDeps
  readonly #outbox = new NewsOutbox<PeerId, PeerId>()
  #sinceMs = Number.NEGATIVE_INFINITY
  #count = 0

  constructor(deps: UrgentTellerDeps) {
    this.#deps = deps
  }

  start(): void {
    const { transport } = this.#deps
    transport.onPeer(({ type, peer }) => this.#outbox[type](peer))
    for (const { id } of transport.peers()) this.#outbox.up(id)
  }

  tell(kept: KeptRecord): void {
    const nowMs = this.#deps.clock.monotonicMs()
    if (nowMs - this.#sinceMs >= urgentWindowMs) {
      this.#sinceMs = nowMs
      this.#count = 0
    }
    this.#count += 1
    if (this.#count > urgentMax) return
    // Who else may speak with a host's key has the same id.
    this.#outbox.changed([kept.record.peer], kept.record.follows === undefined ? kept.from : undefined)
    for (const { id } of this.#deps.transport.peers()) this.#tell(id)
  }

  #tell(peer: PeerId): void {
    const { records, clock } = this.#deps
    const countOf = (host: PeerId): string | undefined => records.get(host)?.record.count.toString()
    const telling = this.#outbox.next(peer, countOf, clock.monotonicMs())
    if (!telling) return
    const kept = [...telling.versions.keys()].flatMap((host) => records.get(host) ?? [])
    const give = kept.map((one) => given(one, clock))
    const end = (isHeard: boolean): void => {
      this.#outbox.told(peer, telling, isHeard, clock.monotonicMs())
      if (isHeard) this.#tell(peer)
    }
    askOfRecords(this.#deps, peer, { type: 'swap', give, want: [] }).then(
      () => end(true),
      () => end(false),
    )
  }
}
