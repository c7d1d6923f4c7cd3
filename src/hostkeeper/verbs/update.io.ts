import { parseWords } from '../../terminal/index.ts'
import { switchTree } from '../update/switch.io.ts'
import { withTrees } from '../update/verb-deps.io.ts'
import type { HostkeeperVerb } from '../verb.ts'
import { fetchAndTell } from './fetch.io.ts'
import { switchedText } from './switch.io.ts'

export const updateVerb: HostkeeperVerb = {
  name: 'update',
  usage: 'update [--again]',
  summary: 'Fetch the tree and switch to it',
  help: 'Does `hostkeeper fetch` and `hostkeeper switch`. When the fetch fails, the tree that holds stays.',
  exits: [0, 1, 2],
  run: async (context, words) => {
    const parsed = parseWords('hostkeeper update', words, { flags: ['--again'] })
    const switched = await withTrees(context, 'hostkeeper update', async (deps) => {
      await fetchAndTell(context, { again: parsed.has('--again'), wait: false }, deps)
      return switchTree(deps)
    })
    if (switched.from !== switched.to) context.say(switchedText(switched))
    return 0
  },
}
