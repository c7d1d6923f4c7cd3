import type { VoidAnswer } from '../../control/index.ts'
import { aChangeset, word } from '../../terminal/index.ts'
import { reasonOf, reasonOption } from '../reason.ts'
import { verb } from '../verb.ts'

export const voidVerb = verb({
  name: 'void',
  summary: 'Make hosts pass over an operation that they have not done',
  help:
    'Needs the lock, and is recorded like any change: after ci, a host that has not done OPERATION passes over ' +
    'it, and so does any host built later. Nothing is undone where it was done: those hosts say so in status and ' +
    "hosts until they are rebuilt, or isconf done says that it was undone by hand. A void can't be taken back: " +
    'record the operation again if you want it after all.',
  exits: [0, 1, 220, 221, 222],
  options: { message: reasonOption },
  arguments: { operation: word('OPERATION', 'the operation to pass over', aChangeset) },
  run: async ({ client, flags, user, say, show }, { message: behind, operation }) => {
    const message = reasonOf(flags, behind, `isconf void ${operation} -m "what is wrong with it"`)
    const answer = (await client.post('/v1/void', { user, operation, message }, show)) as VoidAnswer
    say(`${answer.operation} (${answer.text}) is void from the next ci on`)
    if (answer.past.length > 0) say(`already past it: ${answer.past.join(', ')}`)
    if (answer.before.length > 0) say(`will pass over it: ${answer.before.join(', ')}`)
    return 0
  },
})
