/** Joins a stream of the daemon with one of a peer, so that what comes on one goes out on the other. */
import type { PeerStream } from '../mesh/index.ts'
import type { ChannelStream } from './channel-stream.ts'

/** Resolves when both have ended; when one is aborted so is the other, and this rejects. */
export async function join(inner: ChannelStream, outer: PeerStream): Promise<void> {
  const toPeer = carry(inner, outer).then(() => outer.closeWrite())
  // The question or the answer was whole before: that nothing follows is no news.
  const toDaemon = carry(outer, inner).then(() => inner.closeWrite(false))
  try {
    await Promise.all([toPeer, toDaemon])
  } catch (error) {
    inner.abort(error as Error)
    outer.abort(error as Error)
    await Promise.allSettled([toPeer, toDaemon])
    throw error
  }
}

async function carry(from: PeerStream, to: PeerStream): Promise<void> {
  for await (const bytes of from.incoming) await to.write(bytes)
}
