import type { RehearsalAnswer } from '../../control/index.ts'
import { aCommand, aFile, flag, jsonFlag, optionalWord, optionalWords, value } from '../../terminal/index.ts'
import { describeRehearsal, refuseFailing } from '../rehearsal-text.ts'
import { verb } from '../verb.ts'

export const rehearseVerb = verb({
  name: 'rehearse',
  summary: 'Do operations in a copy of this host that is thrown away',
  help:
    'Does operations in a sandbox over all that is on the disks of this host, says of each whether it passes, and ' +
    'throws the sandbox away: the work in progress, on this host as it was before it, as far as that is known; without ' +
    'work, what up would do; or the command that is named, as exec would. It stops at the first that fails, and ends ' +
    'with 1. What cannot be told from a rehearsal, as whether a service starts, is said for the operation that it ' +
    "concerns. Commands have no network but --net's, which reaches whatever this host does. Needs root and overlayfs.",
  exits: [0, 1],
  options: {
    net: flag('--net', "let commands see this host's network"),
    sh: value('--sh <string>', 'short for sh -c'),
    json: jsonFlag,
  },
  arguments: {
    command: optionalWord('COMMAND', 'what to rehearse in place of the work', aCommand),
    words: optionalWords('ARG', 'its arguments', aFile),
  },
  passThrough: true,
  run: async ({ client, user, cwd, say, show, terminal }, { net, sh, json, command, words }) => {
    const argv = sh !== undefined ? ['sh', '-c', sh] : command === undefined ? undefined : [command, ...words]
    const body = { user, cwd, ...(net && { net }), ...(argv && { argv }) }
    const answer = (await client.post('/v1/rehearse', body, show)) as RehearsalAnswer
    if (json) terminal.out(`${JSON.stringify(answer)}\n`)
    else for (const line of describeRehearsal(answer)) say(line)
    refuseFailing(answer)
    return 0
  },
})
