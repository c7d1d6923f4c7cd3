/** Giving each user of this host their share of the connections to a port of its loopback address. */
import type { Server, Socket } from 'node:net'
import type { CallerOf } from './caller-of.ts'
import type { Cancel, Clock } from './clock.ts'
import { ConnectionShares, type ShareLimits } from './connection-shares.ts'
import type { Log } from './log.ts'
import { callerOf } from './tcp-owners.io.ts'

/** Between two words about callers that are refused. */
const tellEveryMs = 60_000

export interface SharesOptions {
  /** What is served, as the log has it. */
  readonly what: string
  readonly limits: ShareLimits
  /** Whose connections count as root's besides root's own; who runs this process when absent. */
  readonly owner?: number | undefined
  /** By the list of all connections when absent. */
  readonly callerOf?: CallerOf | undefined
  readonly clock: Clock
  readonly log: Log
}

/** A connection that counts as one of its user until `leave` is called. */
export interface AdmittedConnection {
  /** Whether it is of root or of the owner; undefined where the kernel doesn't say whose it is. */
  readonly isOwn: boolean | undefined
  readonly leave: Cancel
}

/** What admits connections; those of a user who has too many at once it ends, and says so in the log now and then. */
export function connectionShares({
  what,
  limits,
  owner = process.geteuid?.(),
  callerOf: whose = callerOf,
  clock,
  log,
}: SharesOptions): (socket: Socket) => AdmittedConnection | undefined {
  const isOwn = (uid: number): boolean => uid === 0 || uid === owner
  const shares = new ConnectionShares(limits, isOwn)
  let toldMs = Number.NEGATIVE_INFINITY
  return (socket) => {
    const uid = whose(socket)
    const leave = shares.admit(uid)
    if (leave) return { isOwn: uid === undefined ? undefined : isOwn(uid), leave }
    socket.destroy()
    const nowMs = clock.monotonicMs()
    // Whoever opens that many can open many more.
    if (nowMs - toldMs < tellEveryMs) return undefined
    toldMs = nowMs
    log.warn({ uid }, `${what}: refused a connection of user ${uid ?? 'unknown'}, who has too many`)
    return undefined
  }
}

/** Has a server admit connections so. */
export function shareConnections(server: Server, options: SharesOptions): void {
  const admit = connectionShares(options)
  server.on('connection', (socket: Socket) => {
    const admitted = admit(socket)
    if (admitted) socket.once('close', admitted.leave)
  })
}
