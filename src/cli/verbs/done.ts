import type { DeviationAnswer } from '../../control/index.ts'
import { word } from '../../terminal/index.ts'
import { reasonOf, reasonOption } from '../reason.ts'
import { verb } from '../verb.ts'

export const doneVerb = verb({
  name: 'done',
  summary: 'Say that what this host differs in was set right by hand',
  help:
    'OPERATION is one that was skipped on this host and has been done by hand, or that it had done and that was undone ' +
    'by hand: before it became void, or without recording it (a command of exec that failed or was interrupted, what ' +
    'wip undo left here, what wip drop gave up). status names it. It is in the history who says so and why, and ' +
    'the host counts as what its journal makes again, unless there is something else.',
  exits: [0, 1, 222],
  options: { message: reasonOption },
  arguments: { operation: word('OPERATION', 'in what this host differs') },
  run: async ({ client, flags, user, say, show }, { message: behind, operation }) => {
    const message = reasonOf(flags, behind, `isconf done ${operation} -m "how it was done"`)
    const mended = (await client.post('/v1/done', { user, operation, message }, show)) as DeviationAnswer
    say(`${mended.operation} (${mended.text}) was ${mended.kind === 'skipped' ? 'done' : 'set right'} by hand`)
    return 0
  },
})
