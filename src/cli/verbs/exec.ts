import { IsconfError } from '../../base/index.ts'
import type { Verb } from '../verb.ts'

export const execVerb: Verb = {
  name: 'exec',
  usage: 'exec COMMAND [ARG...]',
  summary: 'Run a command here, and record it',
  help:
    'Runs the command in the current directory, without a shell and with nothing to read. When it ends with status 0 ' +
    'it is recorded, and after ci every other host of the branch runs it at this point of the journal. Otherwise ' +
    "nothing is recorded and isconf exits with the command's status.",
  exits: [0, 1, 2, 220, 221],
  run: async ({ client, user, cwd, show }, argv) => {
    if (argv.length === 0) throw new IsconfError('USAGE', 'isconf exec: no command given')
    await client.post('/v1/exec', { user, cwd, argv }, show)
    return 0
  },
}
