import { idPrefixLength } from '../../base/index.ts'
import type { LogEntry } from '../../control/index.ts'
import type { Verb } from '../verb.ts'
import { readingWords } from '../words.ts'

export const logVerb: Verb = {
  name: 'log',
  usage: 'log [-n COUNT] [--json]',
  summary: "Show the branch's changesets, newest first",
  help:
    'Shows each changeset with its author, time, message and operations. An operation that this host has not done is ' +
    'marked with an asterisk. With --json, one changeset a line.',
  exits: [0],
  run: async ({ client, terminal }, words) => {
    const { json, limit } = readingWords('log', words, true)
    const query = limit === undefined ? '' : `?limit=${limit}`
    const entries = (await client.get(`/v1/log${query}`)) as readonly LogEntry[]
    for (const entry of entries) terminal.out(json ? `${JSON.stringify(entry)}\n` : describe(entry))
    return 0
  },
}

function describe({ id, author, time, message, operations }: LogEntry): string {
  const head = `${id.slice(0, idPrefixLength)}  ${author}  ${time}\n    ${message}\n`
  const rows = operations.map(({ name, text, done }) => `  ${done ? ' ' : '*'} ${name}  ${text}\n`)
  return `${head}${rows.join('')}\n`
}
