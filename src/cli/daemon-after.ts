/** What the daemon does once the thing that it waited for is there. */
import { type ErrorCode, toIsconfError } from '../base/index.ts'
import type { Status, WaitingStatus } from '../control/index.ts'
import { patiently } from './patience.ts'
import type { VerbContext } from './verb.ts'

/** How long a daemon that waited may take to begin: it looks every second, then opens what it has. */
const beginMsMax = 20_000
const lookEveryMs = 200

/**
 * After so many failed attempts in a row the daemon is not running: one that begins closes its socket for less time.
 */
const absentMax = 3

/** Waits until the daemon no longer waits because of this failure. Returns what it does then, in words. */
export function daemonAfter(context: VerbContext, code: ErrorCode): Promise<string> {
  return patiently('waiting for the daemon', context, () => lookAfter(context, code))
}

async function lookAfter({ client, sleep }: VerbContext, code: ErrorCode): Promise<string> {
  let absent = 0
  for (let waitedMs = 0; waitedMs < beginMsMax; waitedMs += lookEveryMs) {
    const status = await statusOf(client)
    if (status) {
      if (!('waiting' in status)) return `the daemon takes part in the domain ${status.domain.name}`
      if (status.waiting.code !== code) return `the daemon waits: ${status.waiting.message}; ${status.waiting.hint}`
      // From here on one that is away is on its way back.
      absent = Number.NEGATIVE_INFINITY
    } else {
      absent += 1
      if (absent === absentMax) return 'the daemon is not running; start it: isconf start'
    }
    await sleep(lookEveryMs)
  }
  return 'the daemon has yet to begin; isconf status says where it stands'
}

/**
 * Undefined while nobody answers: when a daemon begins, it closes the socket at which it waited, even during a request.
 */
async function statusOf(client: VerbContext['client']): Promise<Status | WaitingStatus | undefined> {
  try {
    return (await client.get('/v1/status')) as Status | WaitingStatus
  } catch (error) {
    if (['DAEMON_DOWN', 'DAEMON_LOST'].includes(toIsconfError(error).code)) return undefined
    throw error
  }
}
