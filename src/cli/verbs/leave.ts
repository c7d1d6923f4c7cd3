import { inOneLine, toIsconfError } from '../../base/index.ts'
import type { LeaveAnswer } from '../../control/index.ts'
import { word } from '../../terminal/index.ts'
import { daemonAfter } from '../daemon-after.ts'
import { type VerbContext, verb } from '../verb.ts'

export const leaveVerb = verb({
  name: 'leave',
  summary: 'Set aside the data of a domain that this host was in',
  help:
    "For a host that was in the wrong domain. Moves this host's journals, files, history and unchecked work of " +
    'DOMAIN to left/DOMAIN below IS_HOME, where they can be read, and lists what was done on this host there: no ' +
    'other host gets that, and status keeps saying so. If DOMAIN is still the domain of this host, the host then ' +
    'has none. Works while the daemon waits because of the other domain, and when no daemon is running.',
  exits: [0],
  arguments: { domain: word('DOMAIN', 'the domain to leave') },
  run: async (context, { domain }) => {
    const { directory, operations, texts } = await left(context, domain)
    context.say(`the data of the domain ${domain} is now in ${directory}`)
    if (operations > 0) context.say(`${lost(operations)}:`)
    context.terminal.out(texts.map((text) => `${inOneLine(text)}\n`).join(''))
    context.say(await daemonAfter(context, 'OTHER_DOMAIN'))
    return 0
  },
})

function lost(operations: number): string {
  if (operations === 1)
    return '1 operation that was done here is in no journal of its domain, and no other host gets it'
  return `${operations} operations that were done here are in no journal of its domain, and no other host gets them`
}

async function left({ client, user, flags, leaveHome }: VerbContext, domain: string): Promise<LeaveAnswer> {
  try {
    return (await client.post('/v1/leave', { user, domain }, () => undefined)) as LeaveAnswer
  } catch (error) {
    if (toIsconfError(error).code !== 'DAEMON_DOWN') throw error
    return leaveHome(flags.config, user, domain)
  }
}
