/** Brings one file here from the hosts that have it, also for those who read it while it arrives. */
import type { BlobRef, Clock, Random } from '../../base/index.ts'
import type { PeerId, Transport } from '../../mesh/index.ts'
import type { BlobStore } from '../../store/index.ts'
import type { ArrivingBlobs } from './arriving-blobs.ts'
import type { Askers } from './askers.ts'
import { fetchBlob } from './blob-fetch.ts'

export interface FetchIntoStoreDeps {
  readonly store: BlobStore
  readonly transport: Transport
  readonly clock: Clock
  readonly random: Random
  readonly askers: Askers
  readonly readings: ArrivingBlobs
}

/** Fetches a file that is not in the store. Fails as {@link fetchBlob} does, and keeps what has come by then. */
export async function fetchIntoStore(
  { store, transport, clock, random, askers, readings }: FetchIntoStoreDeps,
  ref: BlobRef,
  limits: { readonly missingMs: number; readonly signal: AbortSignal },
): Promise<void> {
  const sink = await store.sink(ref)
  try {
    // An earlier try may have left some of it.
    readings.wake(ref.id)
    await fetchBlob({
      ...{ transport, clock, random, ref, sink, ...limits },
      candidates: (): readonly PeerId[] => transport.peers().map(({ id }) => id),
      wantedPiece: () => readings.wanted(ref.id),
      onProgress: () => readings.wake(ref.id),
      onAsked: (listener) => askers.listen(ref.id, listener),
    })
  } finally {
    await sink.close()
  }
}
