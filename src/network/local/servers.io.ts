/** What the network process serves to the programs of this host: their side of HTTP, with the daemon behind it. */
import { type BankServer, serveBank } from '../../bank/index.ts'
import { type Clock, type Log, toIsconfError } from '../../base/index.ts'
import { listenersOn } from '../../base/tcp-owners.io.ts'
import type { FromNetwork, LocalSettings } from '../messages.ts'
import type { Ask } from './ask.ts'
import { channelBank } from './channel-bank.ts'
import { channelPage } from './channel-page.ts'

interface LocalServersDeps {
  readonly ask: Ask
  readonly send: (message: FromNetwork) => void
  readonly clock: Clock
  readonly log: Log
}

type What = (FromNetwork & { readonly type: 'served' })['what']

interface Serving {
  readonly port: number
  close(): Promise<void>
}

/** As the daemon takes it. */
const textMax = 1_000

export class LocalServers {
  readonly #deps: LocalServersDeps
  readonly #serving = new Map<What, Serving>()
  #changing = Promise.resolve()

  constructor(deps: LocalServersDeps) {
    this.#deps = deps
  }

  /** Serves this, and nothing else any more. */
  serve(settings: LocalSettings): Promise<void> {
    this.#changing = this.#changing.then(() => this.#change(settings))
    return this.#changing
  }

  close(): Promise<void> {
    return this.serve({ owner: undefined })
  }

  async #change({ owner, bankPort, pagePort }: LocalSettings): Promise<void> {
    await this.#have('bank', bankPort, (port) => this.#bank(port, owner))
    await this.#have('page', pagePort, (port) => this.#page(port, owner))
  }

  /** One that is served already at its port goes on. */
  async #have(
    what: What,
    port: number | undefined,
    serve: (port: number) => Promise<Omit<Serving, 'port'> | undefined>,
  ): Promise<void> {
    const now = this.#serving.get(what)
    if (now?.port === port) return
    this.#serving.delete(what)
    await now?.close()
    const server = port === undefined ? undefined : await serve(port)
    if (server !== undefined && port !== undefined) this.#serving.set(what, { port, close: () => server.close() })
  }

  #bank(port: number, owner: number | undefined): Promise<BankServer> {
    const { clock, log, ask } = this.#deps
    return serveBank({
      ...{ port, source: channelBank(ask), owner, clock, log },
      onChange: ({ address, warning }) => {
        const url = address()
        if (url === undefined) this.#tellNot('bank', warning())
        else this.#tell('bank', url)
      },
    })
  }

  async #page(port: number, owner: number | undefined): Promise<Omit<Serving, 'port'> | undefined> {
    const { clock, log, ask } = this.#deps
    try {
      // Only here: where there is no page, no templates are needed in memory.
      const { servePages } = await import('../../web/index.ts')
      const server = await servePages({ place: { port }, side: channelPage(ask), owner, clock, log })
      this.#tell('page', server.address)
      return server
    } catch (thrown) {
      this.#tellNot('page', toIsconfError(thrown).message)
      return undefined
    }
  }

  #tell(what: What, url: string): void {
    const port = Number(new URL(url).port)
    // Nobody else can have a socket there while this process has one.
    const [listener] = listenersOn(port)
    this.#deps.send({ type: 'served', what, port, inode: listener?.inode ?? 0 })
  }

  #tellNot(what: What, why = ''): void {
    this.#deps.send({ type: 'not served', what, text: why.slice(0, textMax) })
  }
}
