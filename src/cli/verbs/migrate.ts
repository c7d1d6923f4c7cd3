import type { MigrateAnswer } from '../../control/index.ts'
import { aBranch, count, word } from '../../terminal/index.ts'
import { verb } from '../verb.ts'

export const migrateVerb = verb({
  name: 'migrate',
  summary: 'Move this host to another branch',
  help:
    'Moves this host to another branch, and so changes its role. This works only if the other branch continues ' +
    "everything that was done here: a child of this host's branch, when nothing has been done here since the " +
    'fork. migrate itself changes nothing else; up then does what the branch has.',
  exits: [0, 1, 220],
  arguments: { name: word('BRANCH', 'where to go', aBranch) },
  run: async ({ client, user, say, show }, { name }) => {
    const answer = (await client.post('/v1/migrate', { user, branch: name }, show)) as MigrateAnswer
    const { branch, from, pending } = answer
    const rest = pending === 0 ? 'up to date' : `${count(pending, 'operation')} to do`
    say(`this host has moved from branch ${from} to branch ${branch}: ${rest}`)
    return 0
  },
})
