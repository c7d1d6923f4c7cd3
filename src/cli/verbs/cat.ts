import { aChangeset, aPath, value, word } from '../../terminal/index.ts'
import { verb } from '../verb.ts'

export const catVerb = verb({
  name: 'cat',
  summary: 'Write a file as it was snapped',
  help:
    "Writes a file to standard output, as of the newest operation of this host's branch, or with --at as of that " +
    'operation. A file that is not on this host is fetched from others.',
  exits: [0, 1, 2],
  options: { at: value('--at <operation>', 'show it as it was after this operation', aChangeset) },
  arguments: { path: word('PATH', 'the file, by its path on the host', aPath) },
  run: async ({ client, cwd, copy }, { at, path }) => {
    await client.post('/v1/cat', { cwd, path, ...(at === undefined ? {} : { at }) }, copy)
    return 0
  },
})
