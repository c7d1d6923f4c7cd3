/** Hosts that stop, are killed, freeze and come back, while others change the branch. */
import type { NetHost } from '../../harness/netns.ts'
import { seededRandom } from '../../sim/random.ts'

const awayAtOnceMax = 6
const awayMsMax = 20_000

interface Scene {
  readonly hosts: readonly NetHost[]
  readonly away: Set<NetHost>
  /** Those that change the branch just now. */
  readonly busy: Set<NetHost>
  readonly random: ReturnType<typeof seededRandom>
  readonly oneOf: <T>(all: readonly T[]) => T
}

/** Lets it go on for so long; how many changesets were checked in meanwhile. All hosts are back when it resolves. */
export async function trouble(hosts: readonly NetHost[], forMs: number, seed: number): Promise<number> {
  const random = seededRandom(seed)
  const oneOf = <T>(all: readonly T[]): T => all[random.below(all.length)] as T
  const scene: Scene = { hosts, away: new Set(), busy: new Set(), random, oneOf }
  const endMs = performance.now() + forMs
  const [done] = await Promise.all([changes(scene, endMs), comeAndGo(scene, endMs)])
  return done
}

/** One host after the other changes the branch. */
async function changes({ hosts, away, busy, oneOf }: Scene, endMs: number): Promise<number> {
  let done = 0
  while (performance.now() < endMs) {
    const host = oneOf(hosts.filter((one) => !away.has(one)))
    busy.add(host)
    try {
      await host.run('up')
      if ((await host.run('lock', 'a change')).status !== 0) continue
      await host.does('exec', 'sh', '-c', `echo ${done} >> /tmp/done`)
      await host.does('ci')
      done += 1
    } finally {
      busy.delete(host)
    }
  }
  return done
}

/** Hosts go away, each in its way, and come back; all are back when it resolves. */
async function comeAndGo(scene: Scene, endMs: number): Promise<void> {
  const { hosts, away, busy, random, oneOf } = scene
  const under: Promise<void>[] = []
  while (performance.now() < endMs) {
    const ready = hosts.filter((one) => !away.has(one) && !busy.has(one))
    if (away.size < awayAtOnceMax && ready.length > 0) {
      const host = oneOf(ready)
      away.add(host)
      under.push(goAway(host, scene).finally(() => away.delete(host)))
    }
    await pause(random.below(2_000))
  }
  await Promise.all(under)
}

async function goAway(host: NetHost, { random, oneOf }: Scene): Promise<void> {
  const { pid } = await host.status()
  const how = oneOf(['stop', 'kill', 'freeze'] as const)
  if (how === 'stop') await host.does('stop')
  else await host.types(`kill -${how === 'kill' ? 'KILL' : 'STOP'} ${pid}`)
  await pause(1_000 + random.below(awayMsMax))
  if (how === 'freeze') await host.types(`kill -CONT ${pid}`)
  else await host.does('start')
}

function pause(delayMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, delayMs))
}
