import type { DeviationAnswer } from '../../control/index.ts'
import { word } from '../../terminal/index.ts'
import { reasonOf, reasonOption } from '../reason.ts'
import { verb } from '../verb.ts'

export const doneVerb = verb({
  name: 'done',
  summary: 'Say that what was skipped was done by hand, or what is void undone',
  help:
    'OPERATION is one that was skipped on this host, or that it had done before it became void, as status shows it. It ' +
    'is in the history who says so and why, and the host counts as what its journal makes again, unless there is ' +
    'something else.',
  exits: [0, 1, 222],
  options: { message: reasonOption },
  arguments: { operation: word('OPERATION', 'what was skipped, or is void') },
  run: async ({ client, flags, user, say, show }, { message: behind, operation }) => {
    const message = reasonOf(flags, behind, `isconf done ${operation} -m "how it was done"`)
    const mended = (await client.post('/v1/done', { user, operation, message }, show)) as DeviationAnswer
    say(`${mended.operation} (${mended.text}) was ${mended.kind === 'skipped' ? 'done' : 'undone'} by hand`)
    return 0
  },
})
