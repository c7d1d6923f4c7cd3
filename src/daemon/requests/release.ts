import type { HoldAnswer } from '../../control/index.ts'
import { releaseHost } from '../../host/index.ts'
import { holdBody, holder } from './shared/hold.ts'
import type { Parts } from './shared/parts.ts'
import { request } from './shared/request.ts'

export const releaseRequest = request({
  name: 'release',
  kind: 'daemon',
  result: 'the hold of this host that is over, as of hold',
  input: holdBody,
  run: async (parts: ReleaseParts, body): Promise<HoldAnswer> => {
    const { identity, log, replicator } = parts
    const by = holder(parts, body)
    const held = await releaseHost(parts, identity.host, by)
    log.warn({}, `${by.by} released this host, which ${held.by} held: ${by.why}`)
    void replicator.exchangeAll()
    return { scope: 'host', name: identity.host, ...held }
  },
})

type ReleaseParts = Pick<Parts, 'hold' | 'history' | 'identity' | 'log' | 'replicator'>
