/**
 * Cuts connections whose other side has gone silent without closing: nothing else would notice before the kernel gives
 * up, a quarter of an hour later. Only a silent connection is asked; a host that replays a large build may take long for
 * its answer.
 */
import type { Cancel, Clock, Log } from '../base/index.ts'
import type { PeerId } from './transport.ts'

/** What keep-alive wants of a connection. */
export interface Watched {
  readonly peer: PeerId
  readonly remoteAddress: string
  /** Whether anything was heard since this was asked last. */
  hasSpoken(): boolean
  ping(limitMs: number): Promise<boolean>
  close(reason: Error): void
}

/** Silent for one look or two, and then without an answer for another: within two minutes a dead one is gone. */
const patience = { lookEveryMs: 30_000, answerMsMax: 60_000 }

/** Watches all connections until the function that it returns is called. */
export function keepAlive(
  clock: Clock,
  connections: () => readonly Watched[],
  log: Log,
  { lookEveryMs, answerMsMax } = patience,
): Cancel {
  const look = (): void => {
    for (const connection of connections()) if (!connection.hasSpoken()) void ask(connection)
    cancel = clock.after(lookEveryMs, look)
  }
  const ask = async (connection: Watched): Promise<void> => {
    if (await connection.ping(answerMsMax)) return
    const { peer, remoteAddress: address } = connection
    // It may have been closed meanwhile, or have said something else.
    if (!connections().includes(connection) || connection.hasSpoken()) return
    log.warn({ peer, address }, 'disconnected a silent peer')
    connection.close(new Error(`silent for ${answerMsMax} ms`))
  }
  let cancel = clock.after(lookEveryMs, look)
  return () => cancel()
}
