/** Brings one file here from the hosts that have it, also for those who read it while it arrives. */
import type { BlobRef, Log } from '../../base/index.ts'
import type { PeerId } from '../../mesh/index.ts'
import type { BlobStore } from '../../store/index.ts'
import type { ArrivingBlobs } from './arriving-blobs.ts'
import type { Askers } from './askers.ts'
import { fetchBlob } from './blob-fetch.ts'
import { findHolders, type HoldersDeps } from './holders.ts'

export interface FetchIntoStoreDeps extends HoldersDeps {
  readonly store: BlobStore
  readonly askers: Askers
  readonly readings: ArrivingBlobs
  readonly log: Log
}

/** Fetches a file that is not in the store. Fails as {@link fetchBlob} does, and keeps what has come by then. */
export async function fetchIntoStore(
  deps: FetchIntoStoreDeps,
  ref: BlobRef,
  limits: { readonly missingMs: number; readonly signal: AbortSignal },
): Promise<void> {
  const { store, transport, clock, random, askers, readings, log } = deps
  const sink = await store.sink(ref)
  try {
    // An earlier try may have left some of it.
    readings.wake(ref.id)
    await fetchBlob({
      ...{ transport, clock, random, ref, sink, ...limits },
      candidates: (): readonly PeerId[] => transport.peers().map(({ id }) => id),
      findHolders: () => findHolders(deps, ref),
      wantedPiece: () => readings.wanted(ref.id),
      onProgress: () => readings.wake(ref.id),
      onBadPeer: (peer) => log.warn({ blob: ref.id, peer }, 'a host sent what is not of the file'),
      onAsked: (listener) => askers.listen(ref.id, listener),
    })
  } finally {
    await sink.close()
  }
}
