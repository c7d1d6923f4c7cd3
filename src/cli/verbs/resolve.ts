import { idPrefixLength } from '../../base/index.ts'
import type { ResolveAnswer } from '../../control/index.ts'
import { aBranch, optionalWord, type WordType, word } from '../../terminal/index.ts'
import { verb } from '../verb.ts'

const anId: WordType<string> = {
  takes: "the beginning of a changeset's id, 4 digits or more",
  parse: (word) => (/^[0-9a-f]{4,64}$/.test(word) ? word : undefined),
}

export const resolveVerb = verb({
  name: 'resolve',
  summary: 'End a split: choose the line that continues',
  help:
    'When changes were checked in on both sides of a broken network, the branch has two lines; status shows them. ' +
    'The line with CHANGESET continues as the branch. The other becomes a branch of its own, and the hosts that ' +
    "followed it move to that branch. BRANCH names the split branch if it is not this host's.",
  exits: [0, 1],
  arguments: {
    keep: word('CHANGESET', 'a changeset of the line that continues', anId),
    branch: optionalWord('BRANCH', 'the split branch', aBranch),
  },
  run: async ({ client, user, say }, { keep, branch: named }) => {
    const body = { user, keep, ...(named !== undefined && { branch: named }) }
    const answer = await client.post('/v1/resolve', body, () => undefined)
    const { branch, kept, aside } = answer as ResolveAnswer
    say(`branch ${branch} continues from ${kept.slice(0, idPrefixLength)}; the other line is now branch ${aside}`)
    return 0
  },
})
