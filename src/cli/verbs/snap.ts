import type { SnapAnswer } from '../../control/index.ts'
import type { Verb } from '../verb.ts'
import { oneWord } from '../words.ts'

export const snapVerb: Verb = {
  name: 'snap',
  usage: 'snap FILE',
  summary: 'Record a file as it is now',
  help:
    'Keeps the contents, mode, owner and modification time of a regular file. After ci, every other host of the ' +
    'branch installs it at the same path when it comes to this point of the journal.',
  exits: [0, 1, 2, 220, 221],
  run: async ({ client, user, cwd, say, show }, words) => {
    const path = oneWord('snap', 'file', words)
    const snapped = (await client.post('/v1/snap', { user, cwd, path }, show)) as SnapAnswer
    say(`snapped ${snapped.path} (${snapped.sizeBytes} bytes)`)
    return 0
  },
}
