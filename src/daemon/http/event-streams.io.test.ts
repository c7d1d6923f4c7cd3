import assert from 'node:assert/strict'
import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import Fastify from 'fastify'
import { SimClock } from '../../../test/sim/clock.ts'
import { temporaryDirectory } from '../../../test/support/files.ts'
import { silentLog } from '../../base/index.ts'
import { connect, type DomainEvent, type MissedEvents } from '../../control/index.ts'
import { EventBus, type News } from '../events/event-bus.ts'
import { type EventFeed, eventsRequest } from '../requests/events.ts'
import type { Parts } from '../requests/shared/parts.ts'
import { EventStreams, feedQuery } from './event-streams.io.ts'

/** A bus behind a socket. */
async function served(t: TestContext) {
  const events = new EventBus(new SimClock(), silentLog)
  const streams = new EventStreams()
  const app = Fastify({ forceCloseConnections: true })
  const context = { tell: () => undefined, signal: new AbortController().signal }
  app.get('/v1/events', async (call, reply) => {
    const feed = await eventsRequest.answer({ events } as unknown as Parts, feedQuery(call), context)
    streams.serve(feed as EventFeed, reply, 3_600_000)
  })
  const socketPath = join(temporaryDirectory(t), '.ctl')
  await app.listen({ path: socketPath })
  t.after(() => app.close())
  return { events, streams, socketPath, client: connect(socketPath) }
}

const reason = 'with an é and a\nnewline'
const failed = (operation: string): News => ({
  ...{ type: 'operation-failed', scope: 'host', host: 'alder', branch: 'generic', operation, reason },
})

async function heard(client: ReturnType<typeof connect>, query: string) {
  const all: (DomainEvent | MissedEvents)[] = []
  await client.listen(`/v1/events?${query}`, (event) => all.push(event))
  return all
}

async function open(socketPath: string, headers: Record<string, string> = {}): Promise<IncomingMessage> {
  const [response] = await once(get({ socketPath, path: '/v1/events', headers }), 'response')
  return response as IncomingMessage
}

test('the feed gives what is kept, whole, and ends there when no more is wanted', async (t) => {
  const { events, client } = await served(t)
  events.tell(failed('a:0'))
  events.tell(failed('b:0'))
  const all = await heard(client, 'after=start&follow=false')
  assert.deepEqual(all, events.keptAfter('start'))
  assert.deepEqual(await heard(client, `after=${all[0]?.id}&follow=false`), all.slice(1))
  await assert.rejects(heard(client, 'follow=perhaps'))
})

test('the feed goes on with what comes, behind the Last-Event-ID, until the daemon ends it', async (t) => {
  const { events, streams, socketPath } = await served(t)
  events.tell(failed('a:0'))
  events.tell(failed('b:0'))
  const response = await open(socketPath, { 'last-event-id': events.keptAfter('start')[0]?.id ?? '' })
  assert.equal(response.headers['content-type'], 'text/event-stream')
  events.tell(failed('c:0'))
  streams.end()
  let text = ''
  for await (const chunk of response) text += chunk
  const found = [...text.matchAll(/^event: (.*)\ndata: (.*)$/gm)].map(([, type, data]) => [
    type,
    JSON.parse(data ?? ''),
  ])
  assert.deepEqual(
    found,
    events
      .keptAfter('start')
      .slice(1)
      .map((event) => [event.type, event]),
  )
})

test('a caller who does not read is cut off, and keeps nobody else from hearing', async (t) => {
  const { events, socketPath } = await served(t)
  const slow = await open(socketPath)
  slow.pause()
  const cut = once(slow, 'error')
  let count = 0
  const leave = events.listen(() => {
    count += 1
  })
  const large = { ...failed('a:0'), reason: 'x'.repeat(100_000) }
  for (let told = 0; told < 100; told += 1) events.tell(large)
  leave()
  assert.equal(count, 100)
  slow.resume()
  await cut
  assert.equal(slow.complete, false)
})
