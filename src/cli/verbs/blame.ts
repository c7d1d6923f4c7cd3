import type { BlameRow } from '../../control/index.ts'
import { aPath, jsonLinesFlag, table, word } from '../../terminal/index.ts'
import { withQuery } from '../query.ts'
import { verb } from '../verb.ts'

export const blameVerb = verb({
  name: 'blame',
  summary: 'Show who put a file there, and why',
  help:
    "Shows the operation that put a path where it is, by the journal of this host's branch: when, by whom, and the " +
    'message of its changeset. Of a directory, one line for each path below it. What commands have made is not known ' +
    'by its path: `isconf log` shows the commands.',
  exits: [0, 2],
  options: { json: jsonLinesFlag },
  arguments: { path: word('PATH', 'the file or directory, by its path on the host', aPath) },
  run: async ({ client, terminal, cwd }, { json, path }) => {
    const rows = (await client.get(withQuery('/v1/blame', { cwd, path }))) as readonly BlameRow[]
    terminal.out(json ? rows.map((row) => `${JSON.stringify(row)}\n`).join('') : table(rows.map(describe)))
    return 0
  },
})

function describe({ path, operation, author, time, message }: BlameRow): readonly string[] {
  return [operation, time, author, path, message]
}
