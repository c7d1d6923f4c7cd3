import { idPrefixLength } from '../../base/index.ts'
import type { ResolveAnswer } from '../../control/index.ts'
import { optionalWord, type WordType, word } from '../../terminal/index.ts'
import { verb } from '../verb.ts'

const anId: WordType<string> = {
  takes: "the beginning of a changeset's id, 4 digits or more",
  parse: (word) => (/^[0-9a-f]{4,64}$/.test(word) ? word : undefined),
}

export const resolveVerb = verb({
  name: 'resolve',
  summary: 'End a split: say which line goes on',
  help:
    'When changes were checked in on both sides of a broken network, the branch has two lines; status shows ' +
    'them. The line with CHANGESET goes on as the branch; the other becomes a branch of its own, and hosts that ' +
    "have followed it are moved there. BRANCH names the split branch if it is not this host's.",
  exits: [0, 1],
  arguments: {
    keep: word('CHANGESET', 'one of the line that goes on', anId),
    branch: optionalWord('BRANCH', 'the split branch'),
  },
  run: async ({ client, user, say }, { keep, branch: named }) => {
    const body = { user, keep, ...(named !== undefined && { branch: named }) }
    const answer = await client.post('/v1/resolve', body, () => undefined)
    const { branch, kept, aside } = answer as ResolveAnswer
    say(`branch ${branch} goes on from ${kept.slice(0, idPrefixLength)}; the other line is branch ${aside}`)
    return 0
  },
})
