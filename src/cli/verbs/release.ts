import type { BranchReleaseAnswer, HoldAnswer } from '../../control/index.ts'
import { heldBy } from '../../presentation/index.ts'
import { flag, value } from '../../terminal/index.ts'
import { verb } from '../verb.ts'

export const releaseVerb = verb({
  name: 'release',
  summary: 'End the hold of this host, or of its branch',
  help:
    'From now on up does its work again. Anybody may release what somebody else holds: ask them first. With --branch ' +
    'it ends the hold of the branch: that needs the lock, and is recorded like any change. A host that is behind ' +
    'takes the lock with isconf lock --behind. To go on only once, see up --despite-hold.',
  exits: [0, 1, 220, 221],
  options: {
    message: value('-m, --message <message>', 'why, in quotes if it has spaces'),
    branch: flag('--branch', 'end the hold of the branch, from the next ci on'),
  },
  run: async ({ client, flags, user, say, show }, { message: behind, branch }) => {
    const message = behind ?? flags.message
    const body = { user, ...(message !== undefined && { message }) }
    if (branch) {
      const released = (await client.post('/v1/release-branch', body, show)) as BranchReleaseAnswer
      say(`branch ${released.branch} is released from the next ci on (${released.was})`)
      return 0
    }
    const held = (await client.post('/v1/release', body, show)) as HoldAnswer
    say(`host ${held.name} is released; it was held ${heldBy(held)}`)
    return 0
  },
})
