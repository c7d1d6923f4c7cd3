import type { DeviationAnswer } from '../../control/index.ts'
import { word } from '../../terminal/index.ts'
import { reasonOf, reasonOption } from '../reason.ts'
import { verb } from '../verb.ts'

export const doneVerb = verb({
  name: 'done',
  summary: 'Say that what was skipped was done by hand',
  help:
    'OPERATION is one that was skipped on this host, as status shows it. It is in the history who says so and why, and ' +
    'the host counts as what its journal makes again, unless something else was skipped.',
  exits: [0, 1, 222],
  options: { message: reasonOption },
  arguments: { operation: word('OPERATION', 'what was skipped') },
  run: async ({ client, flags, user, say, show }, { message: behind, operation }) => {
    const message = reasonOf(flags, behind, `isconf done ${operation} -m "how it was done"`)
    const mended = (await client.post('/v1/done', { user, operation, message }, show)) as DeviationAnswer
    say(`${mended.operation} (${mended.text}) was done by hand`)
    return 0
  },
})
