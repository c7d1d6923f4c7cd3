/**
 * Closes connections whose other side has gone silent without closing: otherwise nothing would notice until the kernel
 * gives up, a quarter of an hour later. Only a silent connection is pinged; a host that replays a large build may take
 * long to answer.
 */
import type { Cancel, Clock, Log } from '../base/index.ts'
import type { PeerId } from './transport.ts'

/** What keep-alive wants of a connection. */
export interface Watched {
  readonly peer: PeerId
  readonly remoteAddress: string
  /** Whether anything was heard since the last call. */
  hasSpoken(): boolean
  ping(limitMs: number): Promise<boolean>
  close(reason: Error): void
}

/** One or two looks without a sound, then another without an answer: a dead connection is gone within three minutes. */
const patience = { lookEveryMs: 60_000, answerMsMax: 60_000 }

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
