/** Server-sent events: what happens, to each caller as fast as it reads, and no further behind than a bound. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { DomainEvent, MissedEvents } from '../../control/index.ts'
import type { EventFeed } from '../requests/events.ts'

/** How much may wait for a caller that does not read, besides what the kernel holds: twice all that is kept. */
const waitingBytesMax = 1024 * 1024
/** Listeners at a time: pages and programs of one host. */
export const streamsMax = 64

/** The streams that are open. */
export class EventStreams {
  readonly #endings = new Set<() => void>()

  get isFull(): boolean {
    return this.#endings.size >= streamsMax
  }

  /**
   * Answers with the kept events and, if asked for, with those to come. At least every `aliveEveryMs` there is a
   * comment.
   */
  serve({ kept, listen }: EventFeed, reply: FastifyReply, aliveEveryMs: number): void {
    reply.hijack()
    const { raw } = reply
    const send = (text: string): void => {
      // It comes back with the id of what it has read last; waiting for it would hold what it has not read in memory.
      if (raw.writableLength > waitingBytesMax) raw.destroy()
      else raw.write(text)
    }
    raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    raw.flushHeaders()
    if (kept.length > 0) raw.write(kept.map(eventText).join(''))
    if (!listen) return void raw.end()
    const leave = listen((event) => send(eventText(event)))
    const alive = setInterval(() => send(': alive\n\n'), aliveEveryMs)
    const end = (): void => void raw.end()
    this.#endings.add(end)
    raw.once('close', () => {
      leave()
      clearInterval(alive)
      this.#endings.delete(end)
    })
  }

  /** Ends all streams, each after what was told. */
  end(): void {
    for (const end of this.#endings) end()
  }
}

/** The id that a caller comes back with stands in a header, as browsers send it. */
export function feedQuery({ query, headers }: FastifyRequest): object {
  const last = headers['last-event-id']
  return { ...(query as object), ...(typeof last === 'string' && last !== '' && { after: last }) }
}

function eventText(event: DomainEvent | MissedEvents): string {
  return `id: ${event.id}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`
}
