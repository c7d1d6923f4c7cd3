import type { BankAddAnswer, BankAddedFile, BankAnswer, BankRow } from '../../control/index.ts'
import { aFile, jsonLinesFlag, table, word, words } from '../../terminal/index.ts'
import { action, verb } from '../verb.ts'

const list = action({
  name: 'list',
  summary: 'Show the files of the bank',
  options: { json: jsonLinesFlag },
  run: async ({ client, terminal }, { json }) => {
    const { files, address } = (await client.get('/v1/bank')) as BankAnswer
    const rows = json
      ? files.map((row) => `${JSON.stringify(withUrl(row, address))}\n`).join('')
      : table(files.map(describe))
    terminal.out(rows)
    return 0
  },
})

const add = action({
  name: 'add',
  summary: 'Publish files under their base names',
  arguments: { paths: words('FILE', 'what to publish', aFile) },
  passThrough: true,
  run: async ({ client, user, cwd, say, show }, { paths }) => {
    const { files } = (await client.post('/v1/bank-add', { user, cwd, paths }, show)) as BankAddAnswer
    for (const file of files) say(addedText(file))
    return 0
  },
})

const remove = action({
  name: 'remove',
  summary: 'Take names out of the bank',
  arguments: { names: words('NAME', 'what to take out') },
  passThrough: true,
  run: async ({ client, user, say }, { names }) => {
    await client.post('/v1/bank-remove', { user, names }, () => undefined)
    for (const name of names) say(`${name} leaves the bank`)
    return 0
  },
})

const get = action({
  name: 'get',
  summary: 'Write a file of the bank to standard output',
  arguments: { name: word('NAME', 'which file') },
  run: async ({ client, copy }, { name }) => {
    await client.post('/v1/bank-get', { name }, copy)
    return 0
  },
})

export const bankVerb = verb({
  ...list,
  name: 'bank',
  summary: 'Publish files under a name, for programs that fetch packages',
  help:
    'The package bank holds the files that the branch publishes by name. The daemon on each host offers them to ' +
    "that host's programs at http://127.0.0.1:65028/pkgbank/NAME (see IS_HTTP_PORT), and fetches them from other " +
    'hosts when needed. add publishes files under their base names: it needs the lock, and takes effect with ci, ' +
    "on every host at once, even before that host's up has come that far. A name keeps its content for ever: give " +
    'a new version a new name. remove needs the lock, too; from then on every fetch of that name fails, even by a ' +
    "command in the journal that a host has yet to run. list, the default, shows each file's name, size, the " +
    'operation that published it, whether it is on this host, and its SHA-256. Put -- before a path that begins ' +
    'with a dash.',
  exits: [0, 1, 2, 220, 221],
  verbs: [list, add, remove, get],
})

function describe({ name, sizeBytes, operation, here, sha256 }: BankRow): readonly string[] {
  return [name, `${sizeBytes} bytes`, operation, here ? 'here' : 'elsewhere', sha256]
}

function withUrl(row: BankRow, address: string | null): object {
  return { ...row, url: address === null ? null : `${address}/${row.name}` }
}

function addedText({ name, sizeBytes, added }: BankAddedFile): string {
  return added ? `banked ${name} (${sizeBytes} bytes)` : `${name} is in the bank with this content`
}
