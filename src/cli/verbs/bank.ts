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
    'The package bank has the files that the branch publishes by name. Every daemon offers them to the programs of its ' +
    'host at http://127.0.0.1:65028/pkgbank/NAME (see IS_HTTP_PORT), whether the host has the file or gets it from ' +
    'the others meanwhile. To add files publishes them under their base names: it needs the lock, and counts from ci ' +
    'on, at once on every host, also before its up has come there. A name means one content for ever: a new version ' +
    'has a new name. To remove names needs the lock, too; whatever fetches them fails from then on, also a command in ' +
    'the journal that a host has yet to do. The list shows name, size, the operation that published the file, whether ' +
    'it is on this host, and its SHA-256; without another word, bank shows it. A path that begins with a dash comes ' +
    'after --.',
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
