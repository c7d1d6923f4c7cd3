import { IsconfError } from '../../base/index.ts'
import { count, parseWords, table } from '../../terminal/index.ts'
import { loneName, parseLone } from '../run/stamp-notes.ts'
import { timedStamps } from '../run/stamp-run.io.ts'
import { noteIn } from '../run/stamps.io.ts'
import { takeAway } from '../run/stamps-removed.io.ts'
import type { HostkeeperVerb, ProgramContext } from '../verb.ts'
import { runWordsMax } from './run.io.ts'

export const stampsVerb: HostkeeperVerb = {
  name: 'stamps',
  usage: 'stamps [--json]|remove [--only] NAME...',
  summary: 'List the stamps, or have steps done again',
  help: 'A stamp says that a step is done. Without further words lists the stamps and when their steps were done, the oldest first. `stamps remove NAME...` takes stamps away, so that the next run that comes to these steps does them again, and after them all that needs them; with --only nothing that needs them. A NAME that is no stamp is refused, and then none is removed.',
  exits: [0, 1, 2],
  run: async (context, typed) => {
    const [first, ...rest] = typed
    if (first === 'remove') return remove(context, rest)
    const json = parseWords('hostkeeper stamps', typed, { flags: ['--json'] }).has('--json')
    const rows = timedStamps(context.layout.stamps)
    const again = parseLone(noteIn(context.layout.stamps, loneName))
    if (json) context.terminal.out(`${JSON.stringify({ stamps: rows, again })}\n`)
    else context.terminal.out(table(rows.map(({ name, done }) => [done, name])))
    return 0
  },
}

async function remove(context: ProgramContext, typed: readonly string[]): Promise<number> {
  const { words, has } = parseWords('hostkeeper stamps remove', typed, { flags: ['--only'], words: runWordsMax })
  if (words.length === 0) throw new IsconfError('USAGE', 'hostkeeper stamps remove: no stamp given')
  const alone = has('--only')
  const again = await takeAway(context, words, alone)
  context.say(`removed ${count(words.length, 'stamp')}: the next run that comes to ${words.join(', ')} does it again`)
  if (alone) context.say('and nothing that needs it')
  else if (again.length > 0) context.say(`and, because they need it: ${again.join(', ')}`)
  return 0
}
