import type { RebootAnswer } from '../../control/index.ts'
import { count } from '../../terminal/index.ts'
import { verb } from '../verb.ts'

export const rebootVerb = verb({
  name: 'reboot',
  summary: 'Reboot this host, and record it',
  help:
    'Records that every host of the branch must reboot at this point, and then runs IS_REBOOT_CMD, by default ' +
    'shutdown -r now. Lock and work survive the reboot: continue after it, or check in. Until the host has ' +
    'rebooted, snap, exec and ci refuse; reboot then tries again and records nothing more. Never reboot by exec.',
  exits: [0, 1, 2, 220, 221],
  run: async ({ client, user, say, show }) => {
    const { operations } = (await client.post('/v1/reboot', { user }, show)) as RebootAnswer
    say(`this host reboots now; ${count(operations, 'operation')} to check in afterwards`)
    return 0
  },
})
