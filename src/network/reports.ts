/** What the network process tells the daemon of the network, each time that it has changed. */
import type { Clock, Log } from '../base/index.ts'
import type { PeerId, Strangers, Transport } from '../mesh/index.ts'
import type { FromNetwork } from './messages.ts'

interface ReportsDeps {
  readonly send: (message: FromNetwork) => void
  readonly strangers: () => ReturnType<Strangers['all']>
  readonly clock: Clock
}

interface ReportedMesh extends Transport {
  addresses(): readonly string[]
  refusalCounts(): Readonly<Record<string, number>>
}

/** What has changed is told in one go after so long. */
const factsEveryMs = 200
/** As the daemon takes them. */
const [textMax, addressesMax, dialableMax] = [1_000, 256, 32]

export class Reports {
  readonly #deps: ReportsDeps
  /** What the daemon knows of each peer, as the text of the message. */
  readonly #toldByPeer = new Map<PeerId, string>()
  #told = ''
  #mesh: ReportedMesh | undefined
  #isTelling = false

  constructor(deps: ReportsDeps) {
    this.#deps = deps
  }

  /** Begins to tell. */
  begin(mesh: ReportedMesh): void {
    this.#mesh = mesh
    mesh.onPeer(({ type, peer }) => (type === 'up' ? this.#tellOf(peer, 'up') : this.#tellDown(peer)))
    this.tell()
  }

  /** The mesh is closed. */
  end(): void {
    this.#mesh = undefined
  }

  /** Something may have changed. */
  soon(): void {
    if (this.#isTelling) return
    this.#isTelling = true
    this.#deps.clock.after(factsEveryMs, () => {
      this.#isTelling = false
      this.tell()
    })
  }

  tell(): void {
    const mesh = this.#mesh
    if (mesh === undefined) return
    for (const peer of this.#toldByPeer.keys()) this.#tellOf(peer, 'peer')
    const addresses = mesh.addresses().slice(0, addressesMax)
    const refused = Object.values(mesh.refusalCounts()).reduce((sum, count) => sum + count, 0)
    const facts = { addresses: [...addresses], refused, strangers: [...this.#deps.strangers()] }
    const told = JSON.stringify(facts)
    if (told === this.#told) return
    this.#told = told
    this.#deps.send({ type: 'facts', ...facts })
  }

  #tellOf(peer: PeerId, type: 'up' | 'peer'): void {
    const known = this.#mesh?.peers().find(({ id }) => id === peer)
    if (known === undefined) return
    const { address, dialable, via } = known
    const facts = { peer, address, dialable: dialable.slice(0, dialableMax), ...(via !== undefined && { via }) }
    const told = JSON.stringify(facts)
    if (type === 'peer' && this.#toldByPeer.get(peer) === told) return
    this.#toldByPeer.set(peer, told)
    this.#deps.send({ type, ...facts })
  }

  #tellDown(peer: PeerId): void {
    this.#toldByPeer.delete(peer)
    this.#deps.send({ type: 'down', peer })
  }
}

/** The log of the daemon, over the channel. What only helps to look for a fault is not sent. */
export function logOver(send: (message: FromNetwork) => void): Log {
  const say =
    (level: 'info' | 'warn' | 'error') =>
    (facts: object, message: string): void => {
      const texts = Object.entries(facts).map(([name, value]) => [name, shortText(value)])
      send({ type: 'log', level, text: shortText(message), facts: Object.fromEntries(texts) })
    }
  return { debug: () => undefined, info: say('info'), warn: say('warn'), error: say('error') }
}

/** No longer than the daemon takes it. */
export function shortText(value: unknown): string {
  return (value instanceof Error ? value.message : String(value)).slice(0, textMax)
}
