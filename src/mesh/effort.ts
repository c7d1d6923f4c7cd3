/** How the work is done that keys cost before a connection is admitted: there is a bound of it. */
export interface Effort {
  /** Does it when it is this connection's turn. */
  inTurn<T>(work: () => T): Promise<T>
  /** Does it at once, for a connection that has had its turn. */
  count<T>(work: () => T): T
}

/** Without a bound. */
export const atOnce: Effort = { inTurn: async (work) => work(), count: (work) => work() }
