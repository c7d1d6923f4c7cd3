/** The files of work that another host rehearses: fetched from the host that asks, into a store of their own. */
import type { BlobRef, Clock, Random } from '../base/index.ts'
import type { PeerId } from '../mesh/index.ts'
import type { BlobStore } from '../store/index.ts'
import type { FetchingTransport } from '../transfer/index.ts'
import { fetchBlob } from './blobs/blob-fetch.ts'

/** If the asking host sends no byte for this long, nothing is rehearsed. */
const missingMs = 15_000

export interface FilesDeps {
  readonly transport: FetchingTransport
  readonly clock: Clock
  readonly random: Random
}

/** Fetches files from one peer, one after the other. BLOB_MISSING, BLOB_MISMATCH, the signal's reason. */
export async function fetchFiles(
  deps: FilesDeps,
  peer: PeerId,
  store: BlobStore,
  refs: readonly BlobRef[],
  signal: AbortSignal,
): Promise<void> {
  for (const ref of refs) {
    if (store.has(ref.id)) continue
    const sink = await store.sink(ref)
    try {
      await fetchBlob({ ...deps, ref, sink, missingMs, signal, candidates: () => [peer] })
    } finally {
      await sink.close()
    }
  }
}
