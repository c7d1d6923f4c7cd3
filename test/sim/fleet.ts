/** A fleet of simulated hosts at several sites, and what it costs and how fast it is. */
import { noChangeset } from '../../src/base/index.ts'
import { type GroupedRecord, HostRecords, type KeptRecord } from '../../src/replication/index.ts'
import { signRecord } from '../../src/replication/inventory/host-record.ts'
import { following } from '../cluster/changesets.ts'
import { SimClock } from './clock.ts'
import { cachedCheck, FleetHost, type FleetWorld } from './fleet-host.ts'
import { SimNetwork } from './network.ts'
import { seededRandom } from './random.ts'
import { SharedRecords } from './shared-records.ts'
import type { Kind } from './traffic.ts'

export type BytesByKind = ReadonlyMap<Kind, number>

export interface FleetOptions {
  readonly seed: number
  readonly hosts: number
  /** One way, in milliseconds. */
  readonly latencyMs: number
  /** Whether the hosts have met before, so that each has the records of all on its disk; otherwise they know two of them. */
  readonly haveMet: boolean
}

/** A site has a fifth of the hosts. */
const sites = 5
/** Hosts in everybody's nets. */
const netsCount = 2

/** When each part of the hosts had a changeset, in milliseconds after it was made. */
export interface Spread {
  readonly half: number
  readonly most: number
  readonly all: number
}

/** Of the hosts that are up: the fewest, the mean and the most that a host has, and the most it had since the last look. */
export interface Connections {
  readonly fewest: number
  readonly mean: number
  readonly most: number
  readonly peak: number
}

export class Fleet {
  readonly options: FleetOptions
  readonly clock = new SimClock({ fires: 'together' })
  readonly network: SimNetwork
  readonly hosts: readonly FleetHost[]
  /** When each host had the changeset that is being followed. */
  readonly #hadAtMs = new Map<FleetHost, number>()
  #followed: string = noChangeset
  #connectionsPeak = 0

  constructor(options: FleetOptions) {
    const { seed, hosts, latencyMs, haveMet } = options
    this.options = options
    const latency = { latencyMsMin: latencyMs, latencyMsMax: latencyMs }
    this.network = new SimNetwork(this.clock, seededRandom(seed), latency)
    const names = Array.from({ length: hosts }, (_, index) => nameOf(index))
    const world: FleetWorld = {
      seed,
      clock: this.clock,
      network: this.network,
      nets: names.slice(0, netsCount).map((name) => `sim:${name}`),
      isSigned: cachedCheck(seed),
      onConnections: (count) => {
        this.#connectionsPeak = Math.max(this.#connectionsPeak, count)
      },
      onChangeset: (host, id) => {
        if (id === this.#followed && !this.#hadAtMs.has(host)) this.#hadAtMs.set(host, this.clock.monotonicMs())
      },
    }
    const [base, copies] = [new Map<string, GroupedRecord>(), new Map<string, GroupedRecord>()]
    const like = new HostRecords(base)
    const kept = haveMet ? names.map((name) => keptRecord(name, world, hosts)) : []
    for (const one of kept.sort((a, b) => a.saidMs - b.saidMs)) like.put(one)
    const common = { byShort: base, inOrder: [...base] }
    const records = (): HostRecords => new HostRecords(new SharedRecords(common, copies), like)
    this.hosts = names.map((name) => new FleetHost(name, world, records()))
  }

  /** Starts all hosts within some seconds. */
  async start(withinMs: number): Promise<void> {
    const random = seededRandom(this.options.seed)
    const started = this.hosts.map(
      (host) =>
        new Promise<void>((resolve, reject) => {
          this.clock.after(random.below(withinMs), () => void host.start().then(resolve, reject))
        }),
    )
    await this.clock.until(Promise.all(started))
  }

  get up(): readonly FleetHost[] {
    return this.hosts.filter(({ isUp }) => isUp)
  }

  run(ms: number): Promise<void> {
    return this.clock.run(ms)
  }

  connections(): Connections {
    const counts = this.up.map(({ life }) => life.transport.peers().length)
    const [most, peak] = [Math.max(...counts), this.#connectionsPeak]
    this.#connectionsPeak = most
    return { fewest: Math.min(...counts), mean: sum(counts) / counts.length, most, peak }
  }

  /** How many hosts one reaches over its neighbours and theirs, itself among them. */
  connectedTo(one: FleetHost | undefined): number {
    const hostByName = new Map<string, FleetHost>(this.up.map((host) => [host.name, host]))
    const reached = new Set(one ? [one] : [])
    for (const { life } of reached) {
      for (const { id } of life.transport.peers()) {
        const other = hostByName.get(id)
        if (other) reached.add(other)
      }
    }
    return reached.size
  }

  /** Bytes a second that a host sends, in the mean of all, by kind of message, while time passes. */
  async bytesPerSecond(meanwhile: () => Promise<unknown>): Promise<BytesByKind> {
    const { traffic } = this.network
    const before = new Map(traffic.bytesByKind())
    const beganMs = this.clock.monotonicMs()
    await meanwhile()
    const hostSeconds = (this.up.length * (this.clock.monotonicMs() - beganMs)) / 1000
    const rate = ([kind, bytes]: readonly [Kind, number]) =>
      [kind, (bytes - (before.get(kind) ?? 0)) / hostSeconds] as const
    return new Map([...traffic.bytesByKind()].map(rate).sort(([, a], [, b]) => b - a))
  }

  /** One host locks and checks in, and its neighbours are told. The changeset spreads while time is let pass. */
  async checkIn(by: FleetHost): Promise<void> {
    const { branch, replicator } = by.life
    const { state, journal } = branch
    const previous = journal.length > 0 ? await this.clock.until(journal.changesetAt(journal.length)) : undefined
    const id = state.length.toString(16).padStart(32, '0')
    const changeset = following(previous, { lock: id })
    const lock = { id, user: 'ann', host: by.name, key: changeset.changeset.key, ...because }
    const locked = { ...state, revision: state.revision + 1, lock }
    await this.clock.until(branch.compareAndSet(state, locked, {}))
    replicator.announce(branch).catch(() => undefined)
    await this.run(1_000)
    const to = { ...state, head: changeset.id, length: state.length + 1, revision: 0, lock: null, broken: null }
    this.#followed = changeset.id
    this.#hadAtMs.clear()
    await this.clock.until(branch.compareAndSet(branch.state, to, { changeset }))
    this.#hadAtMs.set(by, this.clock.monotonicMs())
    replicator.announce(branch).catch(() => undefined)
  }

  /**
   * Lets time pass until all of some hosts have what was checked in last, or it is given up; when parts of them had it,
   * since a moment, or one for each.
   */
  async spread(
    among: readonly FleetHost[],
    since: number | ((host: FleetHost) => number),
    limitMs: number,
  ): Promise<Spread> {
    const untilMs = this.clock.monotonicMs() + limitMs
    while (!among.every((host) => this.#hadAtMs.has(host)) && this.clock.monotonicMs() < untilMs) await this.run(100)
    const sinceMs = (host: FleetHost): number => (typeof since === 'number' ? since : since(host))
    const times = among
      .map((host) => (this.#hadAtMs.get(host) ?? Number.POSITIVE_INFINITY) - sinceMs(host))
      .sort((a, b) => a - b)
    const at = (part: number): number => Math.max(0, times[Math.ceil(part * times.length) - 1] ?? 0)
    return { half: at(0.5), most: at(0.99), all: at(1) }
  }

  /** Ends every host, so that no timer is left. */
  end(): void {
    for (const host of this.hosts) host.crash()
  }
}

const because = { message: 'because it was asked for', since: '2030-01-01T00:00:00.000Z' }

/** As long as the ids of real hosts, so that what hosts say of themselves is as long; hosts of a site are near. */
function nameOf(index: number): string {
  return `${'simulated-'.repeat(4)}s${index % sites}-h${String(index).padStart(7, '0')}`
}

/** What a host said of itself some time ago, as it would be after a long life of the fleet. */
function keptRecord(name: string, { seed, clock }: FleetWorld, hosts: number): KeptRecord {
  const host = new FleetHost(name, { seed } as FleetWorld, new HostRecords())
  const record = {
    peer: name as KeptRecord['record']['peer'],
    count: 1,
    time: '2030-01-01T00:00:00.000Z',
    addresses: [`sim:${name}`],
    ...host.words,
  }
  const agoMs = seededRandom(seed + Number(name.slice(-7))).below(hosts * 6_000)
  const saidMs = clock.monotonicMs() - agoMs
  return { signed: signRecord(record, host.key), record, saidMs, seen: record.time, from: undefined }
}

export function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0)
}
