/** Many hosts at once. */
import type { NetHost } from '../../harness/netns.ts'

const startedAtOnce = 4
/** How long all of them may take to know a thing. */
export const levelMsMax = 180_000

/** What their daemons say, asked at once. */
export function statuses(hosts: readonly NetHost[]) {
  return Promise.all(hosts.map((host) => host.status()))
}

/** Does something on every host, on a few at once: a machine has few processors. */
export async function inTurns(hosts: readonly NetHost[], act: (host: NetHost) => Promise<unknown>): Promise<void> {
  for (let at = 0; at < hosts.length; at += startedAtOnce)
    await Promise.all(hosts.slice(at, at + startedAtOnce).map(act))
}
