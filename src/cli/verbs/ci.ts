import { idPrefixLength } from '../../base/index.ts'
import type { CheckInAnswer } from '../../control/index.ts'
import { count } from '../../terminal/index.ts'
import { verb } from '../verb.ts'

export const ciVerb = verb({
  name: 'ci',
  summary: 'Check in what was done since the lock',
  help:
    'Adds the operations since lock to the journal of the branch, as one changeset signed by this host, and ' +
    'releases the lock. Says on how many hosts the changeset is on disk. Without operations it only releases the ' +
    'lock.',
  exits: [0, 1, 220, 221],
  run: async ({ client, user, say }) => {
    const answer = (await client.post('/v1/ci', { user }, () => undefined)) as CheckInAnswer
    say(describe(answer))
    return 0
  },
})

function describe({ branch, id, operations, journalHosts, fileHosts }: CheckInAnswer): string {
  if (id === null) return `nothing to check in; branch ${branch} is unlocked`
  const what = `checked in ${id.slice(0, idPrefixLength)} on branch ${branch}: ${count(operations, 'operation')}`
  const files = fileHosts === journalHosts ? '' : `, its files on ${fileHosts} so far`
  return `${what}, stored on ${count(journalHosts, 'host')}${files}`
}
