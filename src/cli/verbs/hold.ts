import type { BranchHoldAnswer, HoldAnswer } from '../../control/index.ts'
import { holdText } from '../../presentation/index.ts'
import { flag, value } from '../../terminal/index.ts'
import { verb } from '../verb.ts'

export const holdVerb = verb({
  name: 'hold',
  summary: 'Have up do nothing on this host, or on its branch',
  help:
    'Until isconf release, up on this host does nothing, and exits with 6 and says who holds it, why, and since when. An up that ' +
    'is under way stops after the operation that it is doing. status, hosts and fleet show it, on the other hosts, ' +
    'too. With --branch it holds all hosts of the branch: that needs the lock, and is recorded like any change; a ' +
    'host stops as soon as it has heard of it, also before what was checked in earlier. The reason is then the ' +
    "lock's message, unless you give another one. Only up stops: you can still record changes.",
  exits: [0, 1, 220, 221],
  options: {
    message: value('-m, --message <message>', 'why, in quotes if it has spaces'),
    branch: flag('--branch', 'hold all hosts of the branch, from the next ci on'),
  },
  run: async ({ client, flags, user, say, show }, { message: behind, branch }) => {
    const message = behind ?? flags.message
    const body = { user, ...(message !== undefined && { message }) }
    if (branch) {
      const held = (await client.post('/v1/hold-branch', body, show)) as BranchHoldAnswer
      say(`branch ${held.branch} is held from the next ci on: ${held.why}`)
      return 0
    }
    say(`${holdText((await client.post('/v1/hold', body, show)) as HoldAnswer)}`)
    return 0
  },
})
