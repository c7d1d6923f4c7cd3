import { count, flag, jsonFlag, table, words } from '../../terminal/index.ts'
import { action, verb } from '../program/index.ts'
import { loneName, noteIn, parseLone, takeAway, timedStamps } from '../run/index.ts'

const remove = action({
  name: 'remove',
  summary: 'Remove stamps, so that their steps are done again',
  options: { only: flag('--only', 'but not those of the steps that need them') },
  arguments: { names: words('NAME', 'which stamps') },
  run: async (context, { only, names }) => {
    const again = await takeAway(context, names, only)
    context.say(`removed ${count(names.length, 'stamp')}: the next run that comes to ${names.join(', ')} does it again`)
    if (only) context.say('and nothing that needs it')
    else if (again.length > 0) context.say(`and, because they need it: ${again.join(', ')}`)
    return 0
  },
})

export const stampsVerb = verb({
  name: 'stamps',
  summary: 'List the stamps, or have steps done again',
  help:
    'A stamp says that a step is done. Without further words lists the stamps and when their steps were done, ' +
    'the oldest first. `stamps remove NAME...` removes stamps, so that the next run that gets to these steps ' +
    'does them again, and then everything that needs them; with --only nothing that needs them. If a NAME is not ' +
    'a stamp, nothing is removed.',
  exits: [0, 1, 2],
  options: { json: jsonFlag },
  verbs: [remove],
  run: async (context, { json }) => {
    const rows = timedStamps(context.layout.stamps)
    const again = parseLone(noteIn(context.layout.stamps, loneName))
    if (json) context.terminal.out(`${JSON.stringify({ stamps: rows, again })}\n`)
    else context.terminal.out(table(rows.map(({ name, done }) => [done, name])))
    return 0
  },
})
