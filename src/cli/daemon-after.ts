/** What the daemon makes of it that what it waited for is there. */
import { type ErrorCode, toIsconfError } from '../base/index.ts'
import type { Status, WaitingStatus } from '../control/index.ts'
import type { VerbContext } from './verb.ts'

/** How long a daemon that waited may take to begin: it looks every second, then opens what it has. */
const beginMsMax = 20_000
const lookEveryMs = 200

/** Waits until the daemon waits no more with this failure: what it does then, in words. */
export async function daemonAfter({ client, sleep }: VerbContext, code: ErrorCode): Promise<string> {
  try {
    for (let waitedMs = 0; waitedMs < beginMsMax; waitedMs += lookEveryMs) {
      const status = (await client.get('/v1/status')) as Status | WaitingStatus
      if (!('waiting' in status)) return `the daemon takes part in the domain ${status.domain.name}`
      if (status.waiting.code !== code) return `the daemon waits: ${status.waiting.message}; ${status.waiting.hint}`
      await sleep(lookEveryMs)
    }
    return 'the daemon has yet to begin; isconf status says where it stands'
  } catch (error) {
    if (toIsconfError(error).code !== 'DAEMON_DOWN') throw error
    return 'the daemon does not run; start it: isconf start'
  }
}
