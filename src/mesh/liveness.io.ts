/**
 * Cuts connections whose other side has gone silent without closing: nothing
 * else would notice before the kernel gives up, a quarter of an hour later.
 *
 * libp2p's own monitor cuts a busy connection after one ping slower than 5 s;
 * here a peer has a minute, and any answer counts.
 */
import type { Connection } from '@libp2p/interface'
import type { Log } from '../base/index.ts'

/** Asked every 30 s; a host that replays a large build may be silent for a minute, and no longer. */
const patience = { checkEveryMs: 30_000, silenceMsMax: 60_000 }
const pingProtocol = '/ipfs/ping/1.0.0'

/** Watches all connections until the function that it returns is called. */
export function watchLiveness(
  connections: () => readonly Connection[],
  log: Log,
  { checkEveryMs, silenceMsMax } = patience,
): () => void {
  const asked = new Set<string>()
  const check = (connection: Connection): void => {
    if (asked.has(connection.id)) return
    asked.add(connection.id)
    void isAlive(connection, silenceMsMax).then((alive) => {
      asked.delete(connection.id)
      if (alive || connection.status !== 'open') return
      log.warn(
        { peer: connection.remotePeer.toString(), address: String(connection.remoteAddr) },
        'a silent peer is cut',
      )
      connection.abort(new Error(`silent for ${silenceMsMax} ms`))
    })
  }
  const timer = setInterval(() => connections().forEach(check), checkEveryMs)
  timer.unref()
  return () => clearInterval(timer)
}

// The opening of a stream is answered by the other side: no ping needs to be sent.
async function isAlive(connection: Connection, silenceMsMax: number): Promise<boolean> {
  const signal = AbortSignal.timeout(silenceMsMax)
  try {
    const stream = await connection.newStream(pingProtocol, { signal })
    stream.close().catch(() => undefined)
    setTimeout(() => stream.abort(new Error('the check is over')), 1_000).unref()
    return true
  } catch {
    return !signal.aborted
  }
}
