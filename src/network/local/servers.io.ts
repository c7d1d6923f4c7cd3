/** What the network process serves to the programs of this host: their side of HTTP, with the daemon behind it. */
import { Socket } from 'node:net'
import { type BankConnections, bankConnections } from '../../bank/index.ts'
import { type Clock, type Log, toIsconfError } from '../../base/index.ts'
import { tcpCaller } from '../../machine/index.ts'
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

interface Serving {
  readonly port: number
  close(): Promise<void>
}

/** As the daemon takes it. */
const textMax = 1_000

export class LocalServers {
  readonly #deps: LocalServersDeps
  readonly #bank: BankConnections
  #page: Serving | undefined
  #changing = Promise.resolve()

  constructor(deps: LocalServersDeps) {
    this.#deps = deps
    this.#bank = bankConnections({ source: channelBank(deps.ask), log: deps.log })
  }

  /** Serves this, and nothing else any more. */
  serve(settings: LocalSettings): Promise<void> {
    this.#changing = this.#changing.then(() => this.#change(settings))
    return this.#changing
  }

  /** Serves a connection to the package bank that was handed over. */
  take(connection: number, [descriptor]: readonly number[] = []): void {
    const leave = (): void => this.#deps.send({ type: 'connection over', connection })
    if (descriptor === undefined) leave()
    else this.#bank.serve(new Socket({ fd: descriptor, allowHalfOpen: true }), { isOwn: false, leave })
  }

  close(): Promise<void> {
    this.#bank.close()
    return this.serve({ owner: undefined })
  }

  /** One that is served already at its port goes on. */
  async #change({ owner, pagePort }: LocalSettings): Promise<void> {
    const now = this.#page
    if (now?.port === pagePort) return
    this.#page = undefined
    await now?.close()
    if (pagePort !== undefined) this.#page = await this.#servePage(pagePort, owner)
  }

  async #servePage(port: number, owner: number | undefined): Promise<Serving | undefined> {
    const { clock, log, ask, send } = this.#deps
    try {
      // Only here: where there is no page, no templates are needed in memory.
      const { servePages } = await import('../../web/index.ts')
      const side = channelPage(ask)
      const server = await servePages({ place: { port }, side, owner, callerOf: tcpCaller, clock, log })
      send({ type: 'page served', port: Number(new URL(server.address).port) })
      return { port, close: () => server.close() }
    } catch (thrown) {
      send({ type: 'page not served', text: toIsconfError(thrown).message.slice(0, textMax) })
      return undefined
    }
  }
}
