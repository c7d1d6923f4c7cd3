import { verb } from '../program/index.ts'
import { type Switched, switchTree, withTrees } from '../update/index.ts'

export const switchVerb = verb({
  name: 'switch',
  summary: 'Make the staged tree the current one',
  help:
    'Makes the staged tree the current one, in one step. The tree it replaces becomes the previous one, unless ' +
    'the last boot with it failed: then the previous one stays. All other trees are removed. A directory tree ' +
    'that somebody has made by hand is left alone.',
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
