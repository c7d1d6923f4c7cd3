/** The daemon's side of the page for its server in the network process, asked over the channel. */
import { toIsconfError } from '../../base/index.ts'
import type { PageSide, Session } from '../../page/index.ts'
import { type Ask, askFor, askStreaming } from './ask.ts'
import { sourceThere } from './page-questions.ts'

export function channelPage(ask: Ask): PageSide {
  return {
    open: async (secret) => {
      const session = await askFor(ask, { about: 'login', secret }).catch(unlessTooLong)
      return (session as Session | null | undefined) ?? undefined
    },
    isIn: async (session, cookies) =>
      (await askFor(ask, { about: 'session', session, cookies }).catch(unlessTooLong)) === true,
    source: (session, cookies) => sourceThere((read) => askFor(ask, { about: 'page', session, cookies, read })),
    listen: (session, cookies, listener) => {
      const listening = new AbortController()
      const hear = async (): Promise<void> => {
        const { bytes } = await askStreaming(ask, { about: 'events', session, cookies }, listening.signal)
        let rest = ''
        for await (const part of bytes) {
          const lines = `${rest}${Buffer.from(part).toString('utf8')}`.split('\n')
          rest = lines.pop() ?? ''
          for (const type of lines) listener(type)
        }
      }
      // When the channel ends, so does this process.
      hear().catch(() => undefined)
      return () => listening.abort(new Error('nobody looks on any more'))
    },
  }
}

/** What is longer than every secret is none. */
function unlessTooLong(thrown: unknown): undefined {
  if (toIsconfError(thrown).code !== 'BAD_REQUEST') throw thrown
}
