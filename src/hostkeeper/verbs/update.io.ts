import { verb } from '../program/index.ts'
import { switchTree, withTrees } from '../update/index.ts'
import { againOption, fetchAndTell } from './fetch.io.ts'
import { switchedText } from './switch.io.ts'

export const updateVerb = verb({
  name: 'update',
  summary: 'Fetch the tree and switch to it',
  help: 'Does `hostkeeper fetch` and `hostkeeper switch`. If the fetch fails, the current tree stays.',
  exits: [0, 1, 2],
  options: againOption,
  run: async (context, { again }) => {
    const switched = await withTrees(context, 'hostkeeper update', async (deps) => {
      await fetchAndTell(context, { again, wait: false }, deps)
      return switchTree(deps)
    })
    if (switched.from !== switched.to) context.say(switchedText(switched))
    return 0
  },
})
