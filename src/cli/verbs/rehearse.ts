import { IsconfError } from '../../base/index.ts'
import type { RehearsalAnswer } from '../../control/index.ts'
import {
  aCommand,
  aHost,
  anArgument,
  flag,
  jsonFlag,
  optionalWord,
  optionalWords,
  value,
} from '../../terminal/index.ts'
import { describeRehearsal, refuseFailing } from '../rehearsal-text.ts'
import { verb } from '../verb.ts'

export const rehearseVerb = verb({
  name: 'rehearse',
  summary: 'Try operations in a sandbox over this host, which is then thrown away',
  help:
    'Does operations in a sandbox over all disks of this host, says whether each passes, and throws the sandbox ' +
    'away. It rehearses the work in progress, on this host as it was before that work as far as that is known; ' +
    'without work, what up would do; or the command that you give, as exec would run it. It stops at the first ' +
    "operation that fails, and exits with 1. What a rehearsal can't tell, such as whether a service starts, is " +
    'noted with the operation that it concerns. Commands have no network unless you give --net, which lets them ' +
    'reach everything that this host reaches. With --on the work is rehearsed on another host, which has not done ' +
    'it yet: one that is up to date and lets you (IS_REHEARSE in its main.cf). It gets the operations and files of ' +
    'the work, keeps nothing of them, and notes in its log who asked. Needs root and overlayfs on the host that ' +
    'rehearses.',
  exits: [0, 1],
  options: {
    on: value('--on <host>', 'rehearse the work on another host, by its name or id', aHost),
    net: flag('--net', "let commands use this host's network"),
    sh: value('--sh <string>', 'short for sh -c'),
    json: jsonFlag,
  },
  arguments: {
    command: optionalWord('COMMAND', 'what to rehearse instead of the work in progress', aCommand),
    words: optionalWords('ARG', 'its arguments', anArgument),
  },
  passThrough: true,
  run: async ({ client, user, cwd, say, show, terminal }, { on, net, sh, json, command, words }) => {
    const argv = sh !== undefined ? ['sh', '-c', sh] : command === undefined ? undefined : [command, ...words]
    if (on !== undefined && argv) throw new IsconfError('USAGE', 'isconf rehearse --on takes no command')
    const body = { user, cwd, ...(net && { net }), ...(on !== undefined && { on }), ...(argv && { argv }) }
    const answer = (await client.post('/v1/rehearse', body, show)) as RehearsalAnswer
    if (json) terminal.out(`${JSON.stringify(answer)}\n`)
    else for (const line of describeRehearsal(answer)) say(line)
    refuseFailing(answer)
    return 0
  },
})
