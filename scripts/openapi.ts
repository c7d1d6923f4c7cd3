/**
 * Writes docs/protocol/openapi.json, the requests of the control socket in OpenAPI 3.1, from their table in
 * src/daemon/requests; with `--check`, only says whether it is up to date.
 */
import * as z from 'zod'
import { errorKinds } from '../src/base/index.ts'
import { type ControlEvent, callerHeader, type ErrorEvent } from '../src/control/index.ts'
import { domainEventSchema, missedEventsSchema } from '../src/daemon/events/event-schema.ts'
import { requests } from '../src/daemon/requests/index.ts'
import { kinds, type Request } from '../src/daemon/requests/shared/request.ts'
import { run, writePage } from './written-page.ts'

const path = 'docs/protocol/openapi.json'

const errorEvent = z.object({
  event: z.literal('error'),
  code: z.enum(Object.keys(errorKinds) as [ErrorEvent['code']]),
  message: z.string(),
  hint: z.string().describe('what to do'),
  exit: z.int().describe('the exit status of isconf'),
}) satisfies z.ZodType<ErrorEvent>

const controlEvent = z.discriminatedUnion('event', [
  z.object({
    event: z.literal('progress'),
    text: z.string(),
    counts: z.literal(true).optional(),
    step: z.literal(true).optional(),
  }),
  z.object({ event: z.literal('remark'), text: z.string() }),
  z.object({ event: z.literal('output'), stream: z.enum(['stdout', 'stderr']), bytes: z.base64() }),
  z.object({ event: z.literal('alive') }),
  z.object({ event: z.literal('result'), result: z.unknown() }),
  errorEvent,
]) satisfies z.ZodType<ControlEvent>

/** As components, to which operations refer. */
const schemas = {
  ControlEvent: {
    ...schemaOf(controlEvent),
    description: 'A line of an answer, of which the last is a result or an error.',
  },
  ErrorEvent: { ...schemaOf(errorEvent), description: 'A failure.' },
  DomainEvent: {
    ...schemaOf(z.union([domainEventSchema, missedEventsSchema])),
    description: 'The data of a server-sent event, whose id and event are its `id` and `type`.',
  },
}

function schemaOf(schema: z.ZodType): object {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
  return rest
}

const reference = (name: keyof typeof schemas) => ({ $ref: `#/components/schemas/${name}` })

/** The answer to each kind of request: its media type, and its schema. */
const answerByKind: Readonly<Record<Request['kind'], { readonly type: string; readonly schema: object }>> = {
  query: { type: 'application/json', schema: {} },
  stream: { type: 'application/x-ndjson', schema: reference('ControlEvent') },
  feed: { type: 'text/event-stream', schema: reference('DomainEvent') },
  text: { type: 'text/plain', schema: { type: 'string' } },
  change: { type: 'application/x-ndjson', schema: reference('ControlEvent') },
  daemon: { type: 'application/json', schema: reference('ControlEvent') },
}

function operationOf({ name, kind, input, result, details }: Request): object {
  const { type, schema } = answerByKind[kind]
  const isGet = kinds[kind].method === 'GET'
  return {
    operationId: name,
    tags: [kind],
    summary: result,
    ...(details !== undefined && { description: details }),
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
      schemas,
    },
  }
}

run(() => writePage(path, `${JSON.stringify(documentOf(), null, 2)}\n`))
