/** Server-sent events for the page. They say that something has happened, never what: the page asks for that itself. */
import type { FastifyReply } from 'fastify'
import type { Feed } from './feed.ts'

/** How often something is sent, so that a browser that has gone is noticed. */
const aliveEveryMs = 5_000
/** How much may wait for a browser that does not read. */
const waitingBytesMax = 64 * 1024

/** Sends events until the browser is gone, or may no longer look on. */
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
