import { idPrefixLength, inOneLine, nearest } from '../../base/index.ts'
import type { Client, HostRow, LogEntry } from '../../control/index.ts'
import { voidText } from '../../presentation/index.ts'
import {
  aBranchOrPath,
  aCount,
  aHost,
  count,
  flag,
  jsonLinesFlag,
  optionalWord,
  value,
  type WordType,
} from '../../terminal/index.ts'
import { withQuery } from '../query.ts'
import { verb } from '../verb.ts'

/** A date or a time as a person types it, here and now: in UTC. */
const aDate: WordType<string> = {
  takes: 'a date, as 2030-01-31',
  parse: (word) => {
    // A date alone would be taken as UTC, a time without a zone is not.
    const time = Date.parse(/^\d{4}-\d\d-\d\d$/.test(word) ? `${word}T00:00` : word)
    return /^\d{4}-\d\d-\d\d/.test(word) && !Number.isNaN(time) ? new Date(time).toISOString() : undefined
  },
}

export const logVerb = verb({
  name: 'log',
  summary: "Show the branch's changesets, newest first",
  help:
    'Shows each changeset with its author, time, message and operations. An asterisk marks an operation that this ' +
    'host has not done. With a PATH, such as ./motd, it shows only operations that snapped it or something below it.',
  exits: [0],
  options: {
    limit: value('-n <count>', 'show at most this many', aCount),
    since: value('--since <date>', 'only changesets since then: 2030-01-31, or 2030-01-31T18:00', aDate),
    host: value('--host <host>', 'only changesets made on this host', aHost),
    oneline: flag('--oneline', 'print each changeset on one line'),
    json: jsonLinesFlag,
  },
  exclusive: ['oneline', 'json'],
  arguments: {
    branch: optionalWord(
      'BRANCH|PATH',
      "another branch than this host's; or a path, which has a slash in it",
      aBranchOrPath,
    ),
  },
  run: async ({ client, terminal, cwd, say }, { json, oneline, branch: word, ...filter }) => {
    // The name of a branch has no slash.
    const isPath = word?.includes('/') ?? false
    const query = { ...filter, branch: isPath ? undefined : word, ...(isPath && { path: word, cwd }) }
    const entries = (await client.get(withQuery('/v1/log', query))) as readonly LogEntry[]
    const form = json ? toJson : oneline ? shortForm : describe
    for (const entry of entries) terminal.out(form(entry))
    if (entries.length === 0 && !json) say(`${emptyText(query)}${await meantText(client, query.host)}`)
    return 0
  },
})

/** Says that there is nothing to show: no output at all could just as well be a failure. */
function emptyText({ since, host, branch, path }: Readonly<Record<string, string | number | undefined>>): string {
  const asked = [host === undefined ? '' : ` from ${host}`, since === undefined ? '' : ` since ${since}`].join('')
  const which = branch === undefined ? 'the branch of this host' : `branch ${branch}`
  if (path !== undefined) return `${which} has no operation${asked} that snapped ${path}, or something below it`
  if (asked !== '') return `${which} has no changeset${asked}`
  return `the journal of ${which} is empty: nothing was checked in yet`
}

/** The host that was probably meant, if none has this name. */
async function meantText(client: Client, host: string | undefined): Promise<string> {
  if (host === undefined) return ''
  const names = ((await client.get('/v1/hosts')) as readonly HostRow[]).map(({ name }) => name)
  const meant = names.includes(host) ? undefined : nearest(host, names)
  return meant === undefined ? '' : ` (did you mean ${meant}?)`
}

function toJson(entry: LogEntry): string {
  return `${JSON.stringify(entry)}\n`
}

function shortForm({ id, author, time, message, operations }: LogEntry): string {
  const mark = operations.every(({ done }) => done) ? ' ' : '*'
  return `${mark} ${id.slice(0, idPrefixLength)} ${time} ${author}: ${inOneLine(message)} (${count(operations.length, 'operation')})\n`
}

function describe({ id, author, time, message, operations }: LogEntry): string {
  const head = `${id.slice(0, idPrefixLength)}  ${author}  ${time}\n    ${inOneLine(message)}\n`
  const rows = operations.map(
    (one) => `  ${one.done ? ' ' : '*'} ${one.name}  ${inOneLine(one.text)}${voidText(one)}\n`,
  )
  return `${head}${rows.join('')}\n`
}
