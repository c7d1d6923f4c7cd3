import type { DeviationAnswer } from '../../control/index.ts'
import { word } from '../../terminal/index.ts'
import { reasonOf, reasonOption } from '../reason.ts'
import { verb } from '../verb.ts'

export const skipVerb = verb({
  name: 'skip',
  summary: 'Go past an operation that this host cannot do',
  help:
    'OPERATION is the one that up would do next, by its name. This host goes on behind it: that is in its history, with ' +
    'who decided it and why, and status and hosts say, here and on the other hosts, that it is not what its journal ' +
    'makes, until it is built anew or isconf done says that what was skipped was done by hand. No other host skips ' +
    'anything: see void.',
  exits: [0, 1, 222],
  options: { message: reasonOption },
  arguments: { operation: word('OPERATION', 'what up would do next') },
  run: async ({ client, flags, user, say, show }, { message: behind, operation }) => {
    const message = reasonOf(flags, behind, `isconf skip ${operation} -m "why it can't be done here"`)
    const skipped = (await client.post('/v1/skip', { user, operation, message }, show)) as DeviationAnswer
    say(`skipped ${skipped.operation} (${skipped.text}); this host is not what its journal makes`)
    say(`go on: isconf up; once it was done by hand: isconf done ${skipped.operation} -m WHY`)
    return 0
  },
})
