/** Who has called a port of this host. */

/** Both ends of a connection, as the one that was called has them. */
export interface ConnectionEnds {
  readonly remoteAddress?: string | undefined
  readonly remotePort?: number | undefined
  readonly localAddress?: string | undefined
  readonly localPort?: number | undefined
}

/** Whose program has called; undefined when it has gone. */
export type CallerOf = (ends: ConnectionEnds) => number | undefined
