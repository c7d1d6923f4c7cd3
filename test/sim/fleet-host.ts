/**
 * One host of a simulated fleet: of the daemon what is between hosts, which is
 * neighbours, news, the inventory and the exchange of journals; what a host
 * does to itself is left out, so that there can be ten thousand.
 */
import { createPublicKey, type KeyObject, verify } from 'node:crypto'
import { type Cancel, type ChangesetId, type Clock, type DomainName, silentLog } from '../../src/base/index.ts'
import { type Branch, Branches, firstBranch } from '../../src/branch/index.ts'
import { type Candidate, NeighbourKeeper, Peering } from '../../src/mesh/index.ts'
import { keepAlive } from '../../src/mesh/keep-alive.ts'
import {
  type HostRecords,
  Inventory,
  journalSource,
  type OwnWords,
  ReachablePeers,
  Replicator,
  Resolutions,
  serveJournal,
  type VerifyRecord,
} from '../../src/replication/index.ts'
import type { SimClock } from './clock.ts'
import { seedOf } from './cluster-host.ts'
import { keyFrom } from './cluster-key.ts'
import { SimDisk } from './disk.ts'
import type { SimNetwork, SimTransport } from './network.ts'
import { seededRandom } from './random.ts'

const shortNameLength = 10

export interface FleetWorld {
  readonly seed: number
  readonly clock: SimClock
  readonly network: SimNetwork
  /** The addresses in everybody's nets. */
  readonly nets: readonly string[]
  readonly isSigned: VerifyRecord
  /** A host has so many connections, after one more, and after it has hung up on whom it does not keep. */
  readonly onConnections: (count: number) => void
  /** A host has a changeset. */
  readonly onChangeset: (host: FleetHost, id: string) => void
}

export class FleetHost {
  readonly name: string
  readonly key: KeyObject
  /** What it says of itself. */
  words: OwnWords
  readonly #world: FleetWorld
  readonly #disk: SimDisk
  readonly #records: HostRecords
  #starts = 0
  #life: Life | undefined

  constructor(name: string, world: FleetWorld, records: HostRecords) {
    this.name = name
    this.key = keyFrom(`${world.seed} ${name}`)
    const done = { id: 'a'.repeat(64) as ChangesetId, index: 0 }
    this.words = { host: name.slice(-shortNameLength), at: { branch: firstBranch, done, release: '5.0.0' } }
    this.#world = world
    this.#disk = new SimDisk(seededRandom(1))
    this.#records = records
  }

  get isUp(): boolean {
    return this.#life !== undefined
  }

  /** What there is of it while it is up. */
  get life(): Life {
    if (!this.#life) throw new Error(`${this.name} is off`)
    return this.#life
  }

  /** How many hosts it knows, itself among them. */
  get knownHosts(): number {
    return this.#records.size
  }

  async start(): Promise<void> {
    const { seed, network, isSigned, nets, onConnections, onChangeset } = this.#world
    this.#starts += 1
    const random = seededRandom(seedOf(seed, `${this.name} ${this.#starts}`))
    const clock = new MortalClock(this.#world.clock)
    const transport = network.transport(this.name)
    const [disk, log] = [this.#disk, silentLog]
    const branches = await Branches.open({ disk, domain: 'sim.example' as DomainName, clock }, '/branches')
    const branch = await branches.obtain(firstBranch)
    const resolutions = await Resolutions.open(disk, '/resolutions', branches, log)
    const shared = { transport, clock, random, log, words: () => this.words }
    const [key, records] = [this.key, this.#records]
    const addresses = (): readonly string[] => [transport.address]
    const inventory = new Inventory({ ...shared, disk, path: '/hosts', key, addresses, isSigned, records })
    const replicator = new Replicator({
      ...shared,
      inventory,
      branches,
      resolutions,
      reachable: new ReachablePeers(transport),
      settled: Promise.resolve(),
      onChangesets: (_, changesets) => {
        for (const { id } of changesets) onChangeset(this, id)
      },
      onResolved: async () => undefined,
    })
    const keeper = new NeighbourKeeper({
      ...shared,
      hosts: () => inventory.size,
      sample: (count): readonly Candidate[] => inventory.sample(count),
      networkOf: siteOf,
      ownAddresses: addresses,
      looked: () => peering.look(),
    })
    inventory.onUnconnected(() => keeper.lookSoon())
    const peering: Peering = new Peering({
      ...shared,
      addresses: () => nets,
      hints: () => keeper.addresses(),
      wanted: () => keeper.wanted(),
      isAtRest: () => inventory.unconnected().length === 0,
      dialing: (address) => keeper.dialing(address),
      dialed: (address, peer) => keeper.dialed(address, peer),
    })
    serveJournal(transport, journalSource(branches))
    keepAlive(clock, () => transport.watched(), log)
    keeper.start()
    transport.onPeer(() => onConnections(transport.peers().length))
    peering.start()
    replicator.start()
    this.#life = { transport, replicator, branch, peering, keeper, clock }
  }

  /** The power fails; what it has on disk stays. */
  crash(): void {
    if (!this.#life) return
    const { clock, transport, peering, keeper } = this.#life
    this.#life = undefined
    clock.die()
    peering.stop()
    keeper.stop()
    transport.crash()
  }
}

interface Life {
  readonly transport: SimTransport
  readonly replicator: Replicator
  readonly branch: Branch
  readonly peering: Peering
  readonly keeper: NeighbourKeeper
  readonly clock: MortalClock
}

/** The part of a simulated address by which hosts are near each other. */
function siteOf(address: string): string {
  return address.replace(/-h\d+$/, '')
}

/** Signatures as they are checked in production; one that all hosts check is checked once. */
export function cachedCheck(seed: number): VerifyRecord {
  const isGoodBySignature = new Map<string, boolean>()
  return (peer, bytes, signature) => {
    const id = `${peer} ${Buffer.from(signature).toString('base64')}`
    const known = isGoodBySignature.get(id)
    if (known !== undefined) return known
    const isGood = verify(null, bytes, createPublicKey(keyFrom(`${seed} ${peer}`)), signature)
    isGoodBySignature.set(id, isGood)
    return isGood
  }
}

/** The clock of a host that can die: nothing that it waited for comes then. */
class MortalClock implements Clock {
  readonly #clock: Clock
  #isDead = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  die(): void {
    this.#isDead = true
  }

  wallMs(): number {
    return this.#clock.wallMs()
  }

  monotonicMs(): number {
    return this.#clock.monotonicMs()
  }

  after(delayMs: number, run: () => void): Cancel {
    return this.#clock.after(delayMs, () => {
      if (!this.#isDead) run()
    })
  }
}
