import { IsconfError, idPrefixLength } from '../../base/index.ts'
import type { ResolveAnswer } from '../../control/index.ts'
import type { Verb } from '../verb.ts'
import { oneWord } from '../words.ts'

export const resolveVerb: Verb = {
  name: 'resolve',
  usage: 'resolve CHANGESET',
  summary: 'End a split: say which line goes on',
  help:
    'When changes were checked in on both sides of a broken network, the branch has two lines; status shows them. The ' +
    'line with this changeset goes on as the branch; the other becomes a branch of its own, and hosts that have gone ' +
    'on along it are moved there.',
  exits: [0, 1],
  run: async ({ client, user, say }, words) => {
    const keep = oneWord('resolve', 'changeset', words)
    if (!/^[0-9a-f]{4,64}$/.test(keep)) {
      throw new IsconfError('USAGE', `not the beginning of a changeset's id, 4 digits or more: ${JSON.stringify(keep)}`)
    }
    const { branch, kept, aside } = (await client.post('/v1/resolve', { user, keep }, () => undefined)) as ResolveAnswer
    say(`branch ${branch} goes on from ${kept.slice(0, idPrefixLength)}; the other line is branch ${aside}`)
    return 0
  },
}
