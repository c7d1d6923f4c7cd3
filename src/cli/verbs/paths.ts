import { inOneLine } from '../../base/index.ts'
import type { PathsAnswer } from '../../control/index.ts'
import { aPath, jsonFlag, optionalWord } from '../../terminal/index.ts'
import { withQuery } from '../query.ts'
import { verb } from '../verb.ts'

export const pathsVerb = verb({
  name: 'paths',
  summary: 'Show which paths are recorded',
  help:
    "Shows the paths that the journal of this host's branch has and that begin with PREFIX, each up to its next slash: " +
    'what is below a directory is shown by `isconf paths DIRECTORY/`. What was removed is not shown. Shells ask this in ' +
    'order to complete a path.',
  exits: [0],
  options: { json: jsonFlag },
  arguments: { prefix: optionalWord('PREFIX', 'how they begin; all below the current directory without it', aPath) },
  run: async ({ client, terminal, cwd, say }, { json, prefix }) => {
    const answer = (await client.get(withQuery('/v1/paths', { cwd, prefix }))) as PathsAnswer
    const { paths, more } = answer
    terminal.out(json ? `${JSON.stringify(answer)}\n` : paths.map((path) => `${inOneLine(path)}\n`).join(''))
    if (json) return 0
    if (paths.length === 0) say(`no recorded path begins with ${prefix ?? cwd}`)
    if (more > 0) say(`${more} more are not shown`)
    return 0
  },
})
