import { inOneLine } from '../../base/index.ts'
import type { Shown } from '../../control/index.ts'
import { changesetRows, voidText } from '../../presentation/index.ts'
import { aChangeset, jsonFlag, listing, word } from '../../terminal/index.ts'
import { withQuery } from '../query.ts'
import { verb } from '../verb.ts'

export const showVerb = verb({
  name: 'show',
  summary: 'Show everything that is recorded about a changeset',
  help:
    "NAME is the beginning of a changeset's id, or that, a colon and the index of one operation, as log shows " +
    'them. An asterisk marks an operation that this host has not done.',
  exits: [0],
  options: { json: jsonFlag },
  arguments: { name: word('NAME', 'a changeset or an operation', aChangeset) },
  run: async ({ client, terminal }, { json, name }) => {
    const shown = (await client.get(withQuery('/v1/show', { name }))) as Shown
    terminal.out(json ? `${JSON.stringify(shown)}\n` : describe(shown))
    return 0
  },
})

function describe(shown: Shown): string {
  const operations = shown.operations.map(
    (one) =>
      `\n${one.done ? ' ' : '*'} ${one.name}  ${inOneLine(one.text)}${voidText(one)}\n${listing(one.attributes, '    ')}`,
  )
  return `${listing(changesetRows(shown), '')}${operations.join('')}`
}
