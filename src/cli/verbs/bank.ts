import { IsconfError } from '../../base/index.ts'
import type { BankAddAnswer, BankAddedFile, BankAnswer, BankRow } from '../../control/index.ts'
import { oneWord, parseWords, table } from '../../terminal/index.ts'
import type { Verb, VerbContext } from '../verb.ts'

export const bankVerb: Verb = {
  name: 'bank',
  usage: 'bank [list [--json] | add FILE... | remove NAME... | get NAME]',
  summary: 'Publish files under a name, for programs that fetch packages',
  help:
    'The package bank has the files that the branch publishes by name. Every daemon offers them to the programs of its ' +
    'host at http://127.0.0.1:65028/pkgbank/NAME (see IS_HTTP_PORT), whether the host has the file or gets it from ' +
    'the others meanwhile. To add files publishes them under their base names: it needs the lock, and counts from ci ' +
    'on, at once on every host, also before its up has come there. A name means one content for ever: a new version ' +
    'has a new name. To remove names needs the lock, too; whatever fetches them fails from then on, also a command in ' +
    'the journal that a host has yet to do. The list shows name, size, the operation that published the file, whether ' +
    'it is on this host, and its SHA-256; with --json, one JSON document a line. To get a file writes it to standard ' +
    'output. A path that begins with a dash comes after --.',
  exits: [0, 1, 2, 220, 221],
  run: (context, [word, ...words]) => {
    if (word === undefined || word === 'list') return list(context, words)
    if (word.startsWith('-')) return list(context, [word, ...words])
    if (word === 'add') return add(context, words)
    if (word === 'remove') return remove(context, words)
    if (word === 'get') return get(context, words)
    throw new IsconfError('USAGE', `isconf bank takes list, add, remove or get, not ${JSON.stringify(word)}`)
  },
}

async function list({ client, terminal }: VerbContext, typed: readonly string[]): Promise<number> {
  const parsed = parseWords('isconf bank list', typed, { flags: ['--json'] })
  const { files, address } = (await client.get('/v1/bank')) as BankAnswer
  const rows = parsed.has('--json')
    ? files.map((row) => `${JSON.stringify(withUrl(row, address))}\n`).join('')
    : table(files.map(describe))
  terminal.out(rows)
  return 0
}

function describe({ name, sizeBytes, operation, here, sha256 }: BankRow): readonly string[] {
  return [name, `${sizeBytes} bytes`, operation, here ? 'here' : 'elsewhere', sha256]
}

function withUrl(row: BankRow, address: string | null): object {
  return { ...row, url: address === null ? null : `${address}/${row.name}` }
}

async function add({ client, user, cwd, say, show }: VerbContext, typed: readonly string[]): Promise<number> {
  const paths = wordsAfter('add', 'file', typed)
  const { files } = (await client.post('/v1/bank-add', { user, cwd, paths }, show)) as BankAddAnswer
  for (const file of files) say(addedText(file))
  return 0
}

function addedText({ name, sizeBytes, added }: BankAddedFile): string {
  return added ? `banked ${name} (${sizeBytes} bytes)` : `${name} is in the bank with this content`
}

async function remove({ client, user, say }: VerbContext, typed: readonly string[]): Promise<number> {
  const names = wordsAfter('remove', 'name', typed)
  await client.post('/v1/bank-remove', { user, names }, () => undefined)
  for (const name of names) say(`${name} leaves the bank`)
  return 0
}

async function get({ client, show }: VerbContext, typed: readonly string[]): Promise<number> {
  const name = oneWord('isconf bank get', 'name', typed)
  await client.post('/v1/bank-get', { name }, show)
  return 0
}

/** One word at least; after `--` whatever they begin with. */
function wordsAfter(verb: string, what: string, typed: readonly string[]): readonly string[] {
  const words = typed[0] === '--' ? typed.slice(1) : typed
  const [first] = words
  if (first === undefined) throw new IsconfError('USAGE', `isconf bank ${verb}: no ${what} given`)
  if (words === typed && first.startsWith('-')) {
    throw new IsconfError('USAGE', `isconf bank ${verb} takes no ${JSON.stringify(first)}`)
  }
  return words
}
