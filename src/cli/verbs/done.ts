import type { DeviationAnswer } from '../../control/index.ts'
import { aChangeset, word } from '../../terminal/index.ts'
import { reasonOf, reasonOption } from '../reason.ts'
import { verb } from '../verb.ts'

export const doneVerb = verb({
  name: 'done',
  summary: 'Record that something in which this host differs was put right by hand',
  help:
    'OPERATION is one that this host skipped and somebody has done by hand since, or one that this host did and ' +
    'somebody has undone by hand since: it was done before it became void, or was never recorded (a command of ' +
    'exec that failed or was interrupted, what wip undo left here, what wip drop gave up). status names it. The ' +
    'history records who says so and why. Once nothing else differs, the host counts as up to date again.',
  exits: [0, 1, 222],
  options: { message: reasonOption },
  arguments: { operation: word('OPERATION', 'in what this host differs', aChangeset) },
  run: async ({ client, flags, user, say, show }, { message: behind, operation }) => {
    const message = reasonOf(flags, behind, `isconf done ${operation} -m "how it was done"`)
    const mended = (await client.post('/v1/done', { user, operation, message }, show)) as DeviationAnswer
    say(`${mended.operation} (${mended.text}) was ${mended.kind === 'skipped' ? 'done' : 'set right'} by hand`)
    return 0
  },
})
