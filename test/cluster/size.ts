/** What a fleet of simulated hosts costs, and how fast a change goes round in it: `npm run sim -- --size N`. */
import { type BytesByKind, Fleet, type Spread, sum } from '../sim/fleet.ts'
import { seededRandom } from '../sim/random.ts'

export interface SizeFigures {
  /** Fewest, mean and most connections of a host. */
  readonly connections: readonly [number, number, number]
  /** Bytes a second that a host sends, by kind of message. */
  readonly idle: BytesByKind
  readonly busy: BytesByKind
  readonly quiet: Spread
  readonly lossy: Spread
  readonly restarting: Spread
  /** Of the site that was cut off, since it was healed. */
  readonly healed: Spread
}

export interface SizeOptions {
  readonly seed: number
  readonly hosts: number
  readonly note: (text: string) => void
}

/** One way, in milliseconds. */
export const latencyMs = 20
/** Until what hosts say of themselves comes to the others as fast as it is said. */
const settleMs = 1_200_000
const idleMs = 300_000
const checkIns = 2
const limitMs = 600_000
/** How long a host that restarts is off at most, and the site is cut off. */
const offMsMax = 30_000
const cutMs = 180_000

/** Builds a fleet that has met before, and puts it through everything. */
export async function sizeFigures({ seed, hosts, note }: SizeOptions): Promise<SizeFigures> {
  const fleet = new Fleet({ seed, hosts, latencyMs, haveMet: true })
  try {
    await fleet.start(5_000)
    await fleet.run(settleMs)
    const connections = fleet.connections()
    note(`connections ${connections.map((one) => one.toFixed(1)).join(' ')}`)
    const idle = await fleet.bytesPerSecond(() => fleet.run(idleMs))
    note(`idle, bytes/s: ${rates(idle)}`)
    const busy = await fleet.bytesPerSecond(async () => {
      for (let one = 0; one < checkIns; one += 1) {
        await fleet.checkIn(aHost(fleet, one))
        await fleet.run(59_000)
      }
    })
    note(`busy, bytes/s: ${rates(busy)}`)
    const quiet = await spreadOf(fleet, 11)
    note(`quiet ${JSON.stringify(quiet)}`)
    fleet.network.setFaults({ resentRate: 0.05 })
    const lossy = await spreadOf(fleet, 12)
    fleet.network.setFaults({ resentRate: 0 })
    note(`lossy ${JSON.stringify(lossy)}`)
    const restarting = await restartingSpread(fleet, seed)
    note(`restarting ${JSON.stringify(restarting)}`)
    const healed = await healedSpread(fleet)
    note(`healed ${JSON.stringify(healed)}`)
    return { connections, idle, busy, quiet, lossy, restarting, healed }
  } finally {
    fleet.end()
  }
}

/** Bytes a second in all, and of each kind. */
export function rates(byKind: BytesByKind): string {
  const parts = [...byKind].map(([kind, rate]) => `${kind} ${rate.toFixed(0)}`)
  return `${sum([...byKind.values()]).toFixed(0)} (${parts.join(', ')})`
}

async function spreadOf(fleet: Fleet, by: number): Promise<Spread> {
  await fleet.checkIn(aHost(fleet, by))
  return fleet.spread(fleet.up, fleet.clock.monotonicMs(), limitMs)
}

/** A tenth of the hosts is off at the moment of the change, and each comes back within half a minute. */
async function restartingSpread(fleet: Fleet, seed: number): Promise<Spread> {
  const random = seededRandom(seed)
  const off = fleet.hosts.filter(() => random.below(10) === 0)
  for (const host of off) {
    host.crash()
    fleet.clock.after(1_000 + random.below(offMsMax), () => void host.start())
  }
  await fleet.checkIn(aHost(fleet, 13))
  return fleet.spread(fleet.hosts, fleet.clock.monotonicMs(), limitMs)
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
