/** What a fleet of simulated hosts costs, and how fast a change goes round in it: `npm run sim -- --size N`. */
import { type BytesByKind, type Connections, Fleet, type Spread, sum } from '../sim/fleet.ts'
import type { FleetHost } from '../sim/fleet-host.ts'
import { seededRandom } from '../sim/random.ts'

/** What a fleet can be put through, in this order. */
export const phases = ['idle', 'busy', 'quiet', 'lossy', 'restarting', 'healed'] as const
export type Phase = (typeof phases)[number]

export interface SizeFigures {
  /** From the start of all hosts until they have found each other; from then until the first phase; in the phases. */
  readonly starting: Connections
  readonly settled: Connections
  readonly inPhases: Connections
  /** Bytes a second that a host sends, by kind of message; empty unless it was asked for. */
  readonly rates: ReadonlyMap<Phase, BytesByKind>
  /** In the last phase of the site that was cut off, since it was healed. */
  readonly spreads: ReadonlyMap<Phase, Spread>
}

export interface SizeOptions {
  readonly seed: number
  readonly hosts: number
  readonly phases: readonly Phase[]
  readonly note: (text: string) => void
}

/** One way, in milliseconds. */
export const latencyMs = 20
/** Until all have their neighbours. */
const meetMs = 120_000
/** Until what hosts say of themselves comes to the others as fast as it is said. */
const settleMs = 1_080_000
const idleMs = 300_000
const checkIns = 2
const limitMs = 600_000
/** How long a host that restarts is off at most, and the site is cut off. */
const offMsMax = 30_000
const cutMs = 180_000

type Figure<Of> = (fleet: Fleet) => Promise<Of>
const rateOf = new Map<Phase, Figure<BytesByKind>>([
  ['idle', (fleet) => fleet.bytesPerSecond(() => fleet.run(idleMs))],
  ['busy', (fleet) => fleet.bytesPerSecond(() => checkInEveryMinute(fleet))],
])
const spreadOf = new Map<Phase, Figure<Spread>>([
  ['quiet', quietSpread],
  ['lossy', lossySpread],
  ['restarting', restartingSpread],
  ['healed', healedSpread],
])

/** Builds a fleet that has met before, and puts it through the phases that are asked for. */
export async function sizeFigures({ seed, hosts, phases: asked, note }: SizeOptions): Promise<SizeFigures> {
  const fleet = new Fleet({ seed, hosts, latencyMs, haveMet: true })
  const connections = (when: string): Connections => {
    const found = fleet.connections()
    note(`connections ${when} ${connectionsText(found)}`)
    return found
  }
  try {
    await fleet.start(5_000)
    await fleet.run(meetMs)
    const starting = connections('at the start')
    if (asked.some((phase) => rateOf.has(phase))) await fleet.run(settleMs)
    const settled = connections('later')
    const [bytes, spreads] = [new Map<Phase, BytesByKind>(), new Map<Phase, Spread>()]
    for (const phase of phases.filter((one) => asked.includes(one))) {
      const rate = await rateOf.get(phase)?.(fleet)
      const spread = await spreadOf.get(phase)?.(fleet)
      if (rate) bytes.set(phase, rate)
      if (spread) spreads.set(phase, spread)
      note(`${phase}: ${rate ? rates(rate) : JSON.stringify(spread)}`)
    }
    return { starting, settled, inPhases: connections('in the phases'), rates: bytes, spreads }
  } finally {
    fleet.end()
  }
}

/** How many connections hosts have, and the most that one has had. */
export function connectionsText({ fewest, mean, most, peak }: Connections): string {
  return `${fewest} to ${most}, mean ${mean.toFixed(1)}, never more than ${peak}`
}

/** Bytes a second in all, and of each kind. */
export function rates(byKind: BytesByKind): string {
  const parts = [...byKind].map(([kind, rate]) => `${kind} ${rate.toFixed(0)}`)
  return `${sum([...byKind.values()]).toFixed(0)} (${parts.join(', ')})`
}

async function checkInEveryMinute(fleet: Fleet): Promise<void> {
  for (let one = 0; one < checkIns; one += 1) {
    await fleet.checkIn(aHost(fleet, one))
    await fleet.run(59_000)
  }
}

async function quietSpread(fleet: Fleet, by = 11): Promise<Spread> {
  await fleet.checkIn(aHost(fleet, by))
  return fleet.spread(fleet.up, fleet.clock.monotonicMs(), limitMs)
}

async function lossySpread(fleet: Fleet): Promise<Spread> {
  fleet.network.setFaults({ resentRate: 0.05 })
  const spread = await quietSpread(fleet, 12)
  fleet.network.setFaults({ resentRate: 0 })
  return spread
}

/** A tenth of the hosts is off at the moment of the change; each comes back within half a minute, and counts from then. */
async function restartingSpread(fleet: Fleet): Promise<Spread> {
  const random = seededRandom(fleet.options.seed)
  const off = fleet.hosts.filter(() => random.below(10) === 0)
  const backAtMs = new Map<FleetHost, number>()
  for (const host of off) {
    host.crash()
    const offMs = 1_000 + random.below(offMsMax)
    backAtMs.set(host, fleet.clock.monotonicMs() + offMs)
    fleet.clock.after(offMs, () => void host.start())
  }
  await fleet.checkIn(aHost(fleet, 13))
  const nowMs = fleet.clock.monotonicMs()
  return fleet.spread(fleet.hosts, (host) => Math.max(nowMs, backAtMs.get(host) ?? 0), limitMs)
}

/** The first site is cut off, the others check in meanwhile; the spread in it once it is healed. */
async function healedSpread(fleet: Fleet): Promise<Spread> {
  const isThere = ({ name }: { readonly name: string }): boolean => name.includes('-s0-')
  const site = fleet.hosts.filter(isThere)
  const others = fleet.hosts.filter((host) => !isThere(host))
  fleet.network.partition([site, others].map((part) => part.map(({ name }) => name)))
  await fleet.run(cutMs / 2)
  const [by] = others
  if (by) await fleet.checkIn(by)
  await fleet.run(cutMs / 2)
  fleet.network.healAll()
  return fleet.spread(site, fleet.clock.monotonicMs(), limitMs)
}

function aHost(fleet: Fleet, index: number): Fleet['hosts'][number] {
  const { up } = fleet
  const host = up[(index * 7_919) % up.length]
  if (!host) throw new Error('no host is up')
  return host
}
