/** Giving each user of this host their share of the connections to a port of its loopback address. */
import type { Server, Socket } from 'node:net'
import type { Clock } from './clock.ts'
import { ConnectionShares, type ShareLimits } from './connection-shares.ts'
import type { Log } from './log.ts'
import { callerOf } from './tcp-owners.io.ts'

/** Between two words about callers that are refused. */
const tellEveryMs = 60_000

export interface SharedServer {
  readonly server: Server
  /** What is served, as the log has it. */
  readonly what: string
  readonly limits: ShareLimits
  /** Whose connections count as root's besides root's own; who runs this process when absent. */
  readonly owner?: number | undefined
  readonly clock: Clock
  readonly log: Log
}

/** Ends connections of a user who has too many at once, and says so in the log now and then. */
export function shareConnections({ server, what, limits, clock, log, ...shared }: SharedServer): void {
  const { owner = process.geteuid?.() } = shared
  const shares = new ConnectionShares(limits, (uid) => uid === 0 || uid === owner)
  let toldMs = Number.NEGATIVE_INFINITY
  server.on('connection', (socket: Socket) => {
    const uid = callerOf(socket.remotePort ?? 0, socket.localPort ?? 0)
    const leave = shares.admit(uid)
    if (leave) return void socket.once('close', leave)
    socket.destroy()
    const nowMs = clock.monotonicMs()
    // Whoever opens that many can open many more.
    if (nowMs - toldMs < tellEveryMs) return
    toldMs = nowMs
    log.warn({ uid }, `${what}: refused a connection of user ${uid ?? 'unknown'}, who has too many`)
  })
}
