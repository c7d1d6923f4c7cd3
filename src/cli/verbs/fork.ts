import type { ForkAnswer } from '../../control/index.ts'
import { count, word } from '../../terminal/index.ts'
import { verb } from '../verb.ts'

export const forkVerb = verb({
  name: 'fork',
  summary: "Start a new branch from this host's, and move to it",
  help:
    "Creates a branch that begins with everything in this host's branch, its parent, and moves this host to it. " +
    'Other hosts stay where they are: see migrate. If nothing was done under the lock, the lock is released.',
  exits: [0, 1, 220],
  arguments: { name: word('NEWBRANCH', 'its name') },
  run: async ({ client, user, say, show }, { name }) => {
    const { branch, parent, journalHosts } = (await client.post('/v1/fork', { user, branch: name }, show)) as ForkAnswer
    say(
      `forked ${branch} from ${parent}, stored on ${count(journalHosts, 'host')}; this host is now on branch ${branch}`,
    )
    return 0
  },
})
