import type { ForkAnswer } from '../../control/index.ts'
import { count, word } from '../../terminal/index.ts'
import { verb } from '../verb.ts'

export const forkVerb = verb({
  name: 'fork',
  summary: "Begin a new branch from this host's, and go there",
  help:
    "Makes a branch that begins with everything in this host's branch, its parent, and moves this host onto it. " +
    'Other hosts stay where they are: see migrate. A lock under which nothing was done is released.',
  exits: [0, 1, 220],
  arguments: { name: word('NEWBRANCH', 'how it is to be called') },
  run: async ({ client, user, say, show }, { name }) => {
    const { branch, parent, journalHosts } = (await client.post('/v1/fork', { user, branch: name }, show)) as ForkAnswer
    say(
      `forked ${branch} from ${parent}, stored on ${count(journalHosts, 'host')}; this host is on branch ${branch} now`,
    )
    return 0
  },
})
