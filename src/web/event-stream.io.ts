/** Server-sent events for the page. They say that something has happened, never what: the page asks for that itself. */
import type { FastifyReply } from 'fastify'
import type { Cancel } from '../base/index.ts'
import type { FeedListener } from '../page/index.ts'

/** How often something is sent, so that a browser that has gone is noticed. */
const aliveEveryMs = 5_000
/** How much may wait for a browser that does not read. */
const waitingBytesMax = 64 * 1024

interface LookingOn {
  readonly listen: (listener: FeedListener) => Cancel
  /** Whether who looks on still may. */
  readonly mayLook: () => Promise<boolean>
}

/** Sends events until the browser is gone, or may no longer look on. */
export function streamEvents({ listen, mayLook }: LookingOn, reply: FastifyReply): void {
  const headers = reply.getHeaders()
  reply.hijack()
  const { raw } = reply
  if (raw.destroyed) return
  const send = (text: string): void => {
    if (raw.writableLength > waitingBytesMax) raw.destroy()
    else raw.write(text)
  }
  raw.writeHead(200, { ...headers, 'content-type': 'text/event-stream' } as Record<string, string>)
  raw.flushHeaders()
  const leave = listen((type) => send(`data: ${type}\n\n`))
  const end = (): void => void raw.end()
  const alive = setInterval(() => {
    mayLook().then((isIn) => (isIn ? send(': alive\n\n') : end()), end)
  }, aliveEveryMs)
  raw.once('close', () => {
    leave()
    clearInterval(alive)
  })
}
