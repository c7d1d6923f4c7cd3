/**
 * Writes the requests into docs/protocol/control.md from their table in src/daemon/requests; with `--check`, only says
 * whether the page is up to date.
 */
import * as z from 'zod'
import { requests } from '../src/daemon/requests/index.ts'
import { kinds, type Request } from '../src/daemon/requests/shared/request.ts'
import { readPage, run, withPart, writePage } from './written-page.ts'

const path = 'docs/protocol/control.md'

/** What holds for all requests of a kind, and who is answered how. */
const sentenceByKind: Readonly<Record<Request['kind'], string>> = {
  query: 'These only read, and are answered with one JSON document; the members stand in the query:',
  stream: 'These only read, too, and are answered with events, of which `output` has what was asked for:',
  feed: 'This is answered with server-sent events, of which the data is one JSON document, for as long as the caller listens; the members stand in the query:',
  text: 'This is answered with text:',
  change: 'These may change the host, one at a time, and are answered with events:',
  daemon: 'These are about the daemon itself, and are answered at once with the last event alone:',
}

function tables(): string {
  const parts = (Object.keys(sentenceByKind) as Request['kind'][]).flatMap((kind) => {
    const rows = requests.filter((request) => request.kind === kind).map(rowOf)
    return [sentenceByKind[kind], ['| request | members | result |', '| --- | --- | --- |', ...rows].join('\n')]
  })
  return parts.join('\n\n')
}

function rowOf({ name, kind, input, result }: Request): string {
  return `| ${kinds[kind].method} \`/v1/${name}\` | ${input ? membersOf(input) : ''} | ${result} |`
}

/** The members that a request must have, then those that it may have. */
function membersOf(input: z.ZodType): string {
  const { properties = {}, required = [] } = z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' })
  const members = Object.entries(properties).map(([name, schema]) => {
    const about = typeof schema === 'object' ? schema.description : undefined
    return { isNeeded: required.includes(name), text: `\`${name}\`${about === undefined ? '' : ` (${about})`}` }
  })
  const needed = members.filter(({ isNeeded }) => isNeeded).map(({ text }) => text)
  const optional = members.filter(({ isNeeded }) => !isNeeded).map(({ text }) => text)
  return [...needed, ...(optional.length > 0 ? [`perhaps ${optional.join(', ')}`] : [])].join(', ')
}

function details(): string {
  return requests
    .flatMap(({ name, details }) => (details === undefined ? [] : [`**${name}**: ${details}`]))
    .join('\n\n')
}

run(() => {
  const text = withPart(path, readPage(path), 'requests', tables())
  writePage(path, withPart(path, text, 'details', details()))
})
