import type { UpAnswer } from '../../control/index.ts'
import type { Verb } from '../verb.ts'
import { count, noWords } from '../words.ts'

export const upVerb: Verb = {
  name: 'up',
  usage: 'up',
  summary: 'Do what the journal has and this host has not done',
  help:
    'Does the operations of the journal in their order, and stops at the first that fails; the next up begins there. ' +
    'What commands write is copied to standard output and standard error.',
  exits: [0, 1, 2],
  run: async ({ client, user, say, show }, words) => {
    noWords('up', words)
    const { branch, done, position } = (await client.post('/v1/up', { user }, show)) as UpAnswer
    const what = done === 0 ? 'nothing to do' : `did ${count(done, 'operation')}`
    say(`${what}; this host has done ${count(position, 'operation')} of branch ${branch}`)
    return 0
  },
}
