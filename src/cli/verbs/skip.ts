import type { DeviationAnswer } from '../../control/index.ts'
import { aChangeset, word } from '../../terminal/index.ts'
import { reasonOf, reasonOption } from '../reason.ts'
import { verb } from '../verb.ts'

export const skipVerb = verb({
  name: 'skip',
  summary: "Go past an operation that this host can't do",
  help:
    'OPERATION is the name of the operation that up would do next. This host continues after it. Its history ' +
    'records who decided that and why, and status and hosts say, here and on the other hosts, that this host ' +
    'differs from its journal, until it is rebuilt or isconf done says that the operation was done by hand. No ' +
    'other host skips anything: for that, see void.',
  exits: [0, 1, 222],
  options: { message: reasonOption },
  arguments: { operation: word('OPERATION', 'the operation that up would do next', aChangeset) },
  run: async ({ client, flags, user, say, show }, { message: behind, operation }) => {
    const message = reasonOf(flags, behind, `isconf skip ${operation} -m "why it can't be done here"`)
    const skipped = (await client.post('/v1/skip', { user, operation, message }, show)) as DeviationAnswer
    say(`skipped ${skipped.operation} (${skipped.text}); this host now differs from its journal`)
    say(`to continue: isconf up; once you have done it by hand: isconf done ${skipped.operation} -m WHY`)
    return 0
  },
})
