import { IsconfError } from '../../base/index.ts'
import type { HoldAnswer } from '../../control/index.ts'
import { releaseHost } from '../../host/index.ts'
import { holdText } from '../../replay/index.ts'
import { type HoldsParts, holdBody, holder, holdsOf } from './shared/hold.ts'
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
    await refuseForBranch(parts)
    const held = await releaseHost(parts, identity.host, by)
    log.warn({}, `${by.by} released this host, which ${held.by} held: ${by.why}`)
    void replicator.exchangeAll()
    return { scope: 'host', name: identity.host, ...held }
  },
})

/** If only the branch is held, says that the branch is what to release. */
async function refuseForBranch(parts: ReleaseParts): Promise<void> {
  const [first] = await holdsOf(parts).all()
  if (first?.scope !== 'branch') return
  const hint = 'to end the hold of the branch, under the lock: isconf release --branch, isconf ci'
  throw new IsconfError('NOT_HELD', `host ${parts.identity.host} is not held, but its branch: ${holdText(first)}`, {
    hint,
  })
}

type ReleaseParts = HoldsParts & Pick<Parts, 'log' | 'replicator'>
