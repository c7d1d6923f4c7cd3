import { askedByText, idPrefixLength, inOneLine } from '../../base/index.ts'
import type { Shown } from '../../control/index.ts'
import { aChangeset, jsonFlag, listing, word } from '../../terminal/index.ts'
import { withQuery } from '../query.ts'
import { verb } from '../verb.ts'
import { voidText } from './log.ts'

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
  const { id, author, askedBy, time, message, branch, branches, domain, sequence, previous, lock, key, signature } =
    shown
  const on = branches.filter((name) => name !== branch)
  const head = listing(
    [
      ['changeset', id],
      ['author', author],
      ...(askedBy ? [['asked by', askedByText(askedBy)] as const] : []),
      ['time', time],
      ['message', message],
      ['branch', `${branch} of ${domain}, number ${sequence}${on.length > 0 ? `, also on ${on.join(', ')}` : ''}`],
      ['previous', /^0+$/.test(previous) ? 'none' : previous.slice(0, idPrefixLength)],
      ['lock', lock],
      ['key', key],
      ['signature', signature],
    ],
    '',
  )
  const operations = shown.operations.map(
    (one) =>
      `\n${one.done ? ' ' : '*'} ${one.name}  ${inOneLine(one.text)}${voidText(one)}\n${listing(one.attributes, '    ')}`,
  )
  return `${head}${operations.join('')}`
}
