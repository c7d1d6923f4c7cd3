import { IsconfError } from '../../base/index.ts'
import type { LockAnswer } from '../../control/index.ts'
import type { Verb } from '../verb.ts'

export const lockVerb: Verb = {
  name: 'lock',
  usage: 'lock MESSAGE...',
  summary: 'Lock the branch, to change it',
  help:
    'Takes the lock of the branch for you on this host. The message says why; it is recorded with every change until ' +
    'the next ci. A host that has not done everything in the journal is refused: run up first.',
  exits: [0, 1, 220, 222],
  run: async ({ client, flags, user, say }, words) => {
    const message = words.length > 0 ? words.join(' ') : (flags.message ?? '')
    if (message.trim() === '') throw new IsconfError('MESSAGE_MISSING', 'a lock needs a message')
    const lock = (await client.post('/v1/lock', { user, message }, () => undefined)) as LockAnswer
    say(`branch ${lock.branch} is locked by ${lock.user}@${lock.host}: ${lock.message}`)
    return 0
  },
}
