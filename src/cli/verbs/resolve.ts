import { IsconfError, idPrefixLength } from '../../base/index.ts'
import type { ResolveAnswer } from '../../control/index.ts'
import { oneWord } from '../../terminal/index.ts'
import type { Verb } from '../verb.ts'

export const resolveVerb: Verb = {
  name: 'resolve',
  usage: 'resolve CHANGESET [BRANCH]',
  summary: 'End a split: say which line goes on',
  help:
    'When changes were checked in on both sides of a broken network, the branch has two lines; status shows them. The ' +
    'line with this changeset goes on as the branch; the other becomes a branch of its own, and hosts that have gone ' +
    'on along it are moved there. BRANCH names the split branch when it is not that of this host.',
  exits: [0, 1],
  run: async ({ client, user, say }, words) => {
    const keep = oneWord('isconf resolve', 'changeset', words.slice(0, 1))
    const named = words.length > 1 ? { branch: oneWord('isconf resolve', 'branch', words.slice(1)) } : {}
    if (!/^[0-9a-f]{4,64}$/.test(keep)) {
      throw new IsconfError('USAGE', `not the beginning of a changeset's id, 4 digits or more: ${JSON.stringify(keep)}`)
    }
    const answer = await client.post('/v1/resolve', { user, keep, ...named }, () => undefined)
    const { branch, kept, aside } = answer as ResolveAnswer
    say(`branch ${branch} goes on from ${kept.slice(0, idPrefixLength)}; the other line is branch ${aside}`)
    return 0
  },
}
