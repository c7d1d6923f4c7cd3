/** Server-sent events for the page: that something has happened, never what; the page asks for that itself. */
import type { FastifyReply } from 'fastify'
import type { Feed } from './feed.ts'

/** So often something is sent, so that who has gone away is noticed. */
const aliveEveryMs = 5_000
/** What may wait for a browser that does not read. */
const waitingBytesMax = 64 * 1024

/** Tells until the browser is gone, or may not look on any more. */
export function streamEvents(feed: Feed, reply: FastifyReply, mayLook: () => boolean): void {
  const headers = reply.getHeaders()
  reply.hijack()
  const { raw } = reply
  const send = (text: string): void => {
    if (raw.writableLength > waitingBytesMax) raw.destroy()
    else raw.write(text)
  }
  raw.writeHead(200, { ...headers, 'content-type': 'text/event-stream' } as Record<string, string>)
  raw.flushHeaders()
  const leave = feed.add((type) => send(`data: ${type}\n\n`))
  const alive = setInterval(() => {
    if (mayLook()) send(': alive\n\n')
    else raw.end()
  }, aliveEveryMs)
  raw.once('close', () => {
    leave()
    clearInterval(alive)
  })
}
