/** The page that a browser shows, served by the daemon where IS_WEB says so. */
import { type IsconfError, type Log, toIsconfError } from '../../base/index.ts'
import { type Config, parseWebPlace } from '../../config/index.ts'
import { connect, type WebLink } from '../../control/index.ts'
import type { MeshHere, PageServing } from '../mesh-here.io.ts'
import type { ControlServer } from './control-server.io.ts'

export interface PageServer {
  /** Where it is, and a new link that logs in; undefined when there is none. WEB_ADDRESS when it can't be had. */
  link(): WebLink | undefined
  /** Says that the page can't be served; undefined if it is served. */
  warning(): string | undefined
  /** The control socket, which is closed after the page that reads from it. */
  before(control: ControlServer): ControlServer
}

/** Serves the page. If it can't be served, the daemon runs all the same. */
export async function servePage(
  { web }: Config,
  serve: MeshHere['servePage'],
  socketPath: string,
  log: Log,
): Promise<PageServer> {
  const parsed = parseWebPlace(web)
  const place = 'value' in parsed ? parsed.value : undefined
  let server: PageServing | undefined
  let failure: IsconfError | undefined
  if (place) {
    try {
      // By the socket, as isconf web does: what a browser gets is what any caller would get, and no more.
      server = await serve(place, connect(socketPath))
      const address = server.address()
      log.info({ address }, `the page answers at ${address}`)
    } catch (thrown) {
      failure = toIsconfError(thrown)
      log.warn({ code: failure.code }, failure.message)
    }
  }
  const close = async (): Promise<void> => {
    await server?.close()
    server = undefined
  }
  return {
    link: () => {
      if (failure) throw failure
      return server && { address: server.address(), link: server.newLink() }
    },
    warning: () => failure && `${failure.message}; after that: isconf restart`,
    before: (control) => ({
      ...control,
      drain: async () => {
        await close()
        await control.drain()
      },
      close: async () => {
        await close()
        await control.close()
      },
    }),
  }
}
