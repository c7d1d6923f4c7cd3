/**
 * Writes docs/protocol/openapi.json, the requests of the control socket in OpenAPI 3.1, from their table in
 * src/daemon/requests and the schemas of the answers in src/control/answers; with `--check`, only says whether it is up
 * to date.
 */
import * as z from 'zod'
import * as answers from '../src/control/answers/index.ts'
import { callerHeader } from '../src/control/index.ts'
import { type AnswerByRequest, requests } from '../src/daemon/requests/index.ts'
import { kinds, type Request } from '../src/daemon/requests/shared/request.ts'
import { run, writePage } from './written-page.ts'

const path = 'docs/protocol/openapi.json'

/** Compiles as long as each request that is answered in JSON has a schema, and its answer fits that. */
const schemaByRequest: Readonly<Record<string, z.ZodType>> = answers.answerSchemas satisfies {
  readonly [Name in Exclude<keyof AnswerByRequest, 'events' | 'metrics'>]: AnswerByRequest[Name] extends answers.Answer<
    (typeof answers.answerSchemas)[Name]
  >
    ? z.ZodType
    : never
}

const reference = (id: string) => ({ $ref: `#/components/schemas/${id}` })

/** As who sends it writes it: what is optional may be absent, and there may be more members than are named. */
const asWritten: z.core.ToJSONSchemaParams = {
  io: 'input',
  unrepresentable: 'any',
  // What every whole number of JavaScript keeps says nothing of this one.
  override: ({ jsonSchema }) => {
    if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum
    if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum
  },
}

/** The answers and what they are made of by their names, each once: others refer to them. */
const components = z.registry<{ id: string }>()
for (const [name, schema] of Object.entries(answers))
  if (schema instanceof z.ZodType) components.add(schema, { id: capital(name.replace(/Schema$/, '')) })
for (const [name, schema] of Object.entries(schemaByRequest))
  if (!components.has(schema)) components.add(schema, { id: idOf(name) })

/** What an `output` has of these requests, a line each. */
const lineByRequest: Readonly<Record<string, string>> = { diff: 'DiffPath', tree: 'TreeEntry' }

/** Of `bank-add`: `BankAddResult`. */
function idOf(name: string): string {
  return `${name.split('-').map(capital).join('')}Result`
}

function capital(word: string): string {
  return `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`
}

/** Descriptions of components that stand in no schema. */
const descriptionById: Readonly<Record<string, string>> = {
  ErrorEvent: 'A failure.',
  UnderwayEvent: 'A line of an answer before the last.',
  ControlEvent: 'A line of an answer, of which the last is a result or an error.',
  Time: "ISO 8601 in UTC, as some host's clock told it.",
  DomainEvent: 'The data of a server-sent event, whose id and event are its `id` and `type`.',
}

function schemasOf(): object {
  const { schemas } = z.toJSONSchema(components, {
    uri: (id) => reference(id).$ref,
    ...asWritten,
  })
  const plain = Object.entries(schemas).map(([id, { $schema: _, $id: __, ...schema }]) => {
    const description = descriptionById[id]
    return [id, { ...schema, ...(description !== undefined && { description }) }] as const
  })
  return Object.fromEntries(plain.sort(([a], [b]) => (a < b ? -1 : 1)))
}

function schemaOf(schema: z.ZodType): object {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, asWritten)
  return rest
}

/** The answer to a request: its media type, and its schema, which of one in lines is that of a line. */
function answerOf({ name, kind }: Request): { readonly type: string; readonly schema: object } {
  const schema = schemaByRequest[name]
  const result = reference((schema && components.get(schema)?.id) ?? '')
  const last = [
    {
      ...{ type: 'object', properties: { event: { const: 'result' }, result }, required: ['event', 'result'] },
      description: 'The last line, when it was done.',
    },
    reference('ErrorEvent'),
  ]
  switch (kind) {
    case 'query':
      return { type: 'application/json', schema: result }
    case 'daemon':
      return { type: 'application/json', schema: { oneOf: last } }
    case 'stream':
    case 'change':
      return { type: 'application/x-ndjson', schema: { oneOf: [reference('UnderwayEvent'), ...last] } }
    case 'feed':
      return {
        type: 'text/event-stream',
        schema: { oneOf: [reference('DomainEvent'), reference('MissedEvents')] },
      }
    case 'text':
      return { type: 'text/plain', schema: { type: 'string' } }
  }
}

function operationOf(request: Request): object {
  const { name, kind, input, result, details } = request
  const { type, schema } = answerOf(request)
  const line = lineByRequest[name]
  const texts = [
    ...(details === undefined ? [] : [details]),
    ...(line === undefined ? [] : [`A line of the output is a \`${line}\`.`]),
  ]
  const isGet = kinds[kind].method === 'GET'
  return {
    operationId: name,
    tags: [kind],
    summary: result,
    ...(texts.length > 0 && { description: texts.join(' ') }),
    parameters: isGet ? parametersOf(input, kind) : [caller],
    ...(!isGet &&
      input && { requestBody: { required: true, content: { 'application/json': { schema: schemaOf(input) } } } }),
    responses: {
      200: { description: result, content: { [type]: { schema } } },
      400: failure('It is not a valid request.'),
      500: failure('It could not be answered.'),
    },
  }
}

const caller = { $ref: '#/components/parameters/caller' }

function failure(description: string): object {
  return { description, content: { 'application/json': { schema: reference('ErrorEvent') } } }
}

function parametersOf(input: z.ZodType | undefined, kind: Request['kind']): readonly object[] {
  if (!input) return []
  const { properties = {}, required = [] } = schemaOf(input) as {
    readonly properties?: Readonly<Record<string, { readonly description?: string }>>
    readonly required?: readonly string[]
  }
  const members = Object.entries(properties).map(([name, { description, ...schema }]) => ({
    ...{ name, in: 'query', required: required.includes(name) },
    ...(description !== undefined && { description }),
    schema,
  }))
  return kind === 'feed' ? [...members, { $ref: '#/components/parameters/lastEventId' }] : members
}

function documentOf(): object {
  return {
    openapi: '3.1.1',
    info: {
      title: 'The control socket of ISconf',
      version: '1',
      summary: 'What the isconf command asks of the daemon of its host',
      description:
        'HTTP on the unix socket conf/.ctl below IS_HOME, which only its owner may open. control.md beside this file says what holds for all requests.',
      license: { name: 'Apache 2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: 'http://isconf/v1', description: 'Any name will do: the socket is the server.' }],
    paths: Object.fromEntries(
      requests.map((one) => [`/${one.name}`, { [kinds[one.kind].method.toLowerCase()]: operationOf(one) }]),
    ),
    components: {
      parameters: {
        caller: {
          ...{ name: callerHeader, in: 'header', required: false, schema: { type: 'string' } },
          description: 'Names the process that asks, so that `interrupt` stops what it asked for and nothing else.',
        },
        lastEventId: {
          ...{ name: 'Last-Event-ID', in: 'header', required: false, schema: { type: 'string' } },
          description: 'The id of the event that was read last; it stands for `after`.',
        },
      },
      schemas: schemasOf(),
    },
  }
}

run(() => writePage(path, `${JSON.stringify(documentOf(), null, 2)}\n`))
