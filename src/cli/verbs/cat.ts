import { oneWord, parseWords } from '../../terminal/index.ts'
import type { Verb } from '../verb.ts'

export const catVerb: Verb = {
  name: 'cat',
  usage: 'cat PATH [--at OPERATION]',
  summary: 'Write a file as it was snapped',
  help:
    "Writes the bytes of a file as the newest operation of this host's branch has it, or as it was after the operation " +
    'that is named, to standard output. A file that is not on this host is fetched from the others.',
  exits: [0, 1, 2],
  run: async ({ client, cwd, show }, typed) => {
    const parsed = parseWords('isconf cat', typed, { values: ['--at'], words: 2 })
    const path = oneWord('isconf cat', 'path', parsed.words)
    const at = parsed.value('--at')
    await client.post('/v1/cat', { cwd, path, ...(at === undefined ? {} : { at }) }, show)
    return 0
  },
}
