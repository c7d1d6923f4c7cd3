import type { LockAnswer } from '../../control/index.ts'
import { verb } from '../verb.ts'

export const unlockVerb = verb({
  name: 'unlock',
  summary: 'Break the lock of the branch',
  help:
    'Takes the lock away from its holder. What they have done and not checked in can then no longer be checked ' +
    'in, and they may have to rebuild their host. Ask them first.',
  exits: [0, 1, 220, 221],
  run: async ({ client, user, say, show }) => {
    const lock = (await client.post('/v1/unlock', { user }, show)) as LockAnswer
    say(
      `broke the lock that ${lock.user}@${lock.host} had on branch ${lock.branch} since ${lock.since}: ${lock.message}`,
    )
    say(`please tell ${lock.user}@${lock.host}`)
    return 0
  },
})
