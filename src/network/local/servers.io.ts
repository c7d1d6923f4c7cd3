/** What the network process serves to the programs of this host: their side of HTTP, with the daemon behind it. */
import { type BankServer, serveBank } from '../../bank/index.ts'
import type { Clock, Log } from '../../base/index.ts'
import { listenersOn } from '../../base/tcp-owners.io.ts'
import type { FromNetwork, LocalSettings } from '../messages.ts'
import type { Ask } from './ask.ts'
import { channelBank } from './channel-bank.ts'

interface LocalServersDeps {
  readonly ask: Ask
  readonly send: (message: FromNetwork) => void
  readonly clock: Clock
  readonly log: Log
}

/** As the daemon takes it. */
const textMax = 1_000

export class LocalServers {
  readonly #deps: LocalServersDeps
  #changing = Promise.resolve()
  #bank: BankServer | undefined

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

  async #change({ owner, bankPort }: LocalSettings): Promise<void> {
    await this.#bank?.close()
    this.#bank = undefined
    if (bankPort === undefined) return
    const { clock, log, ask } = this.#deps
    this.#bank = await serveBank({
      ...{ port: bankPort, source: channelBank(ask), owner, clock, log },
      onChange: (server) => this.#tell(server),
    })
  }

  #tell({ address, warning }: Pick<BankServer, 'address' | 'warning'>): void {
    const { send } = this.#deps
    const url = address()
    if (url === undefined) {
      send({ type: 'not served', what: 'bank', text: (warning() ?? '').slice(0, textMax) })
      return
    }
    const port = Number(new URL(url).port)
    // Nobody else can have a socket there while this process has one.
    const [listener] = listenersOn(port)
    send({ type: 'served', what: 'bank', port, inode: listener?.inode ?? 0 })
  }
}
