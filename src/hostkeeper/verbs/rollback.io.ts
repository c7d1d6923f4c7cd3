import { verb } from '../program/index.ts'
import { rollBack, withTrees } from '../update/index.ts'
import { switchedText } from './switch.io.ts'

export const rollbackVerb = verb({
  name: 'rollback',
  summary: 'Go back to the previous tree',
  help:
    'Makes the previous tree the current one. The tree it leaves is not used again, at boot or otherwise, until ' +
    'its source has another one, or until `hostkeeper fetch --again`. Rollback does not undo what make did: run ' +
    'it with the previous tree, `hostkeeper run`.',
  exits: [0, 1],
  run: async (context) => {
    const switched = await withTrees(context, 'hostkeeper rollback', rollBack)
    context.say(switchedText(switched))
    if (switched.isChanged) context.say(`tree ${switched.to} was changed here since it was fetched`)
    return 0
  },
})
