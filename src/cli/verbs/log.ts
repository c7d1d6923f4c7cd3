import { IsconfError, idPrefixLength } from '../../base/index.ts'
import type { LogEntry } from '../../control/index.ts'
import { count, countOf, parseWords } from '../../terminal/index.ts'
import { withQuery } from '../query.ts'
import type { Verb } from '../verb.ts'

export const logVerb: Verb = {
  name: 'log',
  usage: 'log [-n N] [--since DATE] [--host H] [--oneline|--json] [BRANCH]',
  summary: "Show the branch's changesets, newest first",
  help:
    'Shows each changeset with its author, time, message and operations. An operation that this host has not done is ' +
    'marked with an asterisk. --since takes a date or a time, as 2030-01-31 or 2030-01-31T18:00, and --host the name of ' +
    'the host where a change was made. With --oneline each changeset is one line, and with --json it is one JSON ' +
    'document a line.',
  exits: [0],
  run: async ({ client, terminal }, typed) => {
    const parsed = parseWords('isconf log', typed, {
      flags: ['--json', '--oneline'],
      values: ['-n', '--since', '--host'],
      words: 1,
    })
    const [branch] = parsed.words
    const query = {
      limit: countOf('isconf log', parsed),
      since: since(parsed.value('--since')),
      host: parsed.value('--host'),
      branch,
    }
    const entries = (await client.get(withQuery('/v1/log', query))) as readonly LogEntry[]
    const form = parsed.has('--json') ? toJson : parsed.has('--oneline') ? inOneLine : describe
    for (const entry of entries) terminal.out(form(entry))
    return 0
  },
}

/** A date or a time as a person types it, here and now: in UTC. USAGE. */
function since(text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  // A date alone would be taken as UTC, a time without a zone is not.
  const time = Date.parse(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00` : text)
  if (!/^\d{4}-\d\d-\d\d/.test(text) || Number.isNaN(time))
    throw new IsconfError('USAGE', `isconf log --since takes a date, as 2030-01-31, not ${JSON.stringify(text)}`)
  return new Date(time).toISOString()
}

function toJson(entry: LogEntry): string {
  return `${JSON.stringify(entry)}\n`
}

function inOneLine({ id, author, time, message, operations }: LogEntry): string {
  const mark = operations.every(({ done }) => done) ? ' ' : '*'
  return `${mark} ${id.slice(0, idPrefixLength)} ${time} ${author}: ${message} (${count(operations.length, 'operation')})\n`
}

function describe({ id, author, time, message, operations }: LogEntry): string {
  const head = `${id.slice(0, idPrefixLength)}  ${author}  ${time}\n    ${message}\n`
  const rows = operations.map(({ name, text, done }) => `  ${done ? ' ' : '*'} ${name}  ${text}\n`)
  return `${head}${rows.join('')}\n`
}
