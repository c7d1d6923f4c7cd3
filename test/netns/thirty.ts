/**
 * `npm run test:thirty -- [--seconds 300] [--hosts 30] [--seed 1]`: real daemons, each in network namespaces of its own,
 * while hosts stop, are killed, freeze and come back, and others change the branch. In the end all are level, one lock
 * is one host's, nothing is split, and no host has more connections than it should. Needs root.
 */
import assert from 'node:assert/strict'
import { parseArgs } from 'node:util'
import { type NetHost, NetLab, whatIsMissing } from '../harness/netns.ts'
import { assertRefused, until } from '../harness/run.ts'
import { seededRandom } from '../sim/random.ts'

/** Connections of a host of a large domain, and newcomers that it has not turned away yet. */
const peersMax = 24
const awayAtOnceMax = 6
const awayMsMax = 20_000
const startedAtOnce = 4
const levelMsMax = 180_000

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '300' },
    hosts: { type: 'string', default: '30' },
    seed: { type: 'string', default: '1' },
  },
})
const random = seededRandom(Number(values.seed))
const ends: (() => Promise<void> | void)[] = []
const missing = whatIsMissing()
if (missing !== false) console.log(`thirty hosts were NOT tried: ${missing}`)
else {
  try {
    await main(Number(values.seconds) * 1_000, Number(values.hosts))
  } catch (error) {
    console.error(error)
    process.exitCode = 1
  } finally {
    for (const end of ends) await end()
  }
}

async function main(forMs: number, count: number): Promise<void> {
  const names = Array.from({ length: count }, (_, index) => `host${String(index + 1).padStart(2, '0')}`)
  const lab = await NetLab.of({ after: (end) => ends.push(end) }, ...names)
  await inTurns(lab.hosts, (host) => host.does('start'))
  say(`${count} hosts have started`)
  await until(
    async () => (await statuses(lab.hosts)).every(({ mesh }) => mesh.peers.length > 0),
    'all have met',
    levelMsMax,
  )
  const away = new Set<NetHost>()
  const busy = new Set<NetHost>()
  const endMs = performance.now() + forMs

  const [done] = await Promise.all([changes(lab.hosts, away, busy, endMs), trouble(lab.hosts, away, busy, endMs)])
  say(`${done} changesets were checked in meanwhile; all hosts are back`)
  await assertOne(lab.hosts, done)
}

/** One host after the other changes the branch. */
async function changes(
  hosts: readonly NetHost[],
  away: Set<NetHost>,
  busy: Set<NetHost>,
  endMs: number,
): Promise<number> {
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
async function trouble(
  hosts: readonly NetHost[],
  away: Set<NetHost>,
  busy: Set<NetHost>,
  endMs: number,
): Promise<void> {
  const under: Promise<void>[] = []
  while (performance.now() < endMs) {
    const ready = hosts.filter((one) => !away.has(one) && !busy.has(one))
    if (away.size < awayAtOnceMax && ready.length > 0) {
      const host = oneOf(ready)
      away.add(host)
      under.push(goAway(host).finally(() => away.delete(host)))
    }
    await pause(random.below(2_000))
  }
  await Promise.all(under)
}

async function goAway(host: NetHost): Promise<void> {
  const { pid } = await host.status()
  const how = oneOf(['stop', 'kill', 'freeze'] as const)
  if (how === 'stop') await host.does('stop')
  else await host.types(`kill -${how === 'kill' ? 'KILL' : 'STOP'} ${pid}`)
  await pause(1_000 + random.below(awayMsMax))
  if (how === 'freeze') await host.types(`kill -CONT ${pid}`)
  else await host.does('start')
}

async function assertOne(hosts: readonly NetHost[], done: number): Promise<void> {
  const isLevel = async (): Promise<boolean> => (await statuses(hosts)).every(({ operations }) => operations === done)
  await until(isLevel, `all have ${done} operations`, levelMsMax)
  await inTurns(hosts, (host) => host.does('up'))
  const files = new Set<string>()
  await inTurns(hosts, async (host) => files.add(done === 0 ? '' : await host.read('/tmp/done')))
  assert.equal(files.size, 1, 'every host has the same file')
  await assertOneLock(hosts)
  const all = await statuses(hosts)
  const peers = all.map(({ mesh }) => mesh.peers.length)
  assert.ok(Math.max(...peers) <= peersMax, `a host has ${Math.max(...peers)} neighbours`)
  assert.deepEqual(
    all.flatMap(({ lines }) => lines),
    [],
    'nothing is split',
  )
  say(`all are level; neighbours: ${Math.min(...peers)} to ${Math.max(...peers)}; lock: ${all[0]?.lock?.host}`)
}

/**
 * Of hosts that lock at the same moment one has the lock, and the others are told who, or that no agreement came about:
 * each that was refused may try again. Nobody having it is allowed, two having it never.
 */
async function assertOneLock(hosts: readonly NetHost[]): Promise<void> {
  const [one, ...others] = hosts as [NetHost, ...NetHost[]]
  const tried = hosts.slice(0, 3)
  const runs = await Promise.all(tried.map((host) => host.run('lock', 'at once')))
  const winners = tried.filter((_, index) => runs[index]?.status === 0)
  for (const run of runs) if (run.status !== 0) assertRefused(run, 220)
  assert.ok(winners.length <= 1, `one of three has the lock, not ${winners.map(({ name }) => name).join(' and ')}`)
  const holder = winners[0] ?? one
  if (winners.length === 0) await holder.does('lock', 'alone')
  const isKnown = async (): Promise<boolean> =>
    (await statuses([one, ...others])).every(({ lock }) => lock?.host === holder.name)
  await until(isKnown, `all know that ${holder.name} has the lock`, levelMsMax)
}

function statuses(hosts: readonly NetHost[]) {
  return Promise.all(hosts.map((host) => host.status()))
}

async function inTurns(hosts: readonly NetHost[], act: (host: NetHost) => Promise<unknown>): Promise<void> {
  for (let at = 0; at < hosts.length; at += startedAtOnce)
    await Promise.all(hosts.slice(at, at + startedAtOnce).map(act))
}

function oneOf<T>(all: readonly T[]): T {
  return all[random.below(all.length)] as T
}

function pause(delayMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, delayMs))
}

function say(text: string): void {
  console.log(text)
}
