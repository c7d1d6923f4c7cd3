import { verb } from '../program/index.ts'
import { type Switched, switchTree, withTrees } from '../update/index.ts'

export const switchVerb = verb({
  name: 'switch',
  summary: 'Make the staged tree the one that holds',
  help: 'Makes the staged tree the one that holds, in one step. The one that held stays as the previous one, unless the last boot with it failed: then the one before it stays. All others are removed. A directory tree that somebody has made by hand is left alone.',
  exits: [0, 1],
  run: async (context) => {
    const switched = await withTrees(context, 'hostkeeper switch', switchTree)
    context.say(switchedText(switched))
    return 0
  },
})

/** What a person is told of it. */
export function switchedText({ from, to }: Switched): string {
  if (from === to) return `tree ${to} holds already`
  return from === undefined ? `tree ${to} holds now` : `tree ${to} holds now, in place of ${from}`
}
