/** Joins two streams, so that what comes on one goes out on the other. */
import type { PeerStream } from '../mesh/index.ts'

/** Resolves when both have ended; when one is aborted so is the other, and this rejects. */
export async function join(one: PeerStream, other: PeerStream): Promise<void> {
  const ways = [carry(one, other), carry(other, one)]
  try {
    await Promise.all(ways)
  } catch (error) {
    one.abort(error as Error)
    other.abort(error as Error)
    await Promise.allSettled(ways)
    throw error
  }
}

async function carry(from: PeerStream, to: PeerStream): Promise<void> {
  for await (const bytes of from.incoming) await to.write(bytes)
  await to.closeWrite()
}
