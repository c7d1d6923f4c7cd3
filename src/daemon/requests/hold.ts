import type { HoldAnswer } from '../../control/index.ts'
import { holdHost } from '../../host/index.ts'
import { holdBody, holder } from './shared/hold.ts'
import type { Parts } from './shared/parts.ts'
import { request } from './shared/request.ts'

/**
 * Does not count as changing this host: such requests are done one at a time, and a hold is there to stop an `up` under
 * way.
 */
export const holdRequest = request({
  name: 'hold',
  kind: 'daemon',
  result:
    'who holds this host now: `scope` (`host`), `name`, `by`, `why` (empty where no reason was given), `since`; an `up` ' +
    'that is under way stops behind the operation that it does',
  input: holdBody,
  run: async (parts: HoldParts, body): Promise<HoldAnswer> => {
    const { identity, log, replicator } = parts
    const held = await holdHost(parts, identity.host, holder(parts, body))
    log.warn({}, `${held.by} holds this host: ${held.why}`)
    void replicator.exchangeAll()
    return { scope: 'host', name: identity.host, ...held }
  },
})

type HoldParts = Pick<Parts, 'hold' | 'history' | 'clock' | 'identity' | 'log' | 'replicator'>
