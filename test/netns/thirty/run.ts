/**
 * `npm run test:thirty -- [--seconds 300] [--hosts 30] [--seed 1]`: real daemons, each in network namespaces of its own,
 * while hosts stop, are killed, freeze and come back, and others change the branch. In the end all are level, one lock
 * is one host's, nothing is split, and no host has more connections than it should. Then some are off, stopped, held,
 * of another release and on another branch, and `isconf fleet` and the page tell it on several of them. Needs root.
 */
import assert from 'node:assert/strict'
import { parseArgs } from 'node:util'
import { type NetHost, NetLab, whatIsMissing } from '../../harness/netns.ts'
import { assertRefused, until } from '../../harness/run.ts'
import { inTurns, levelMsMax, statuses } from './hosts.ts'
import { putIntoStates } from './states.ts'
import { pagePlace, untilTold } from './told.ts'
import { trouble } from './trouble.ts'

/** Connections of a host of a large domain, and newcomers that it has not turned away yet. */
const peersMax = 24

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '300' },
    hosts: { type: 'string', default: '30' },
    seed: { type: 'string', default: '1' },
  },
})
const ends: (() => Promise<void> | void)[] = []
const missing = whatIsMissing()
if (missing === false) {
  try {
    await main(Number(values.seconds) * 1_000, Number(values.hosts))
  } catch (error) {
    console.error(error)
    process.exitCode = 1
  } finally {
    for (const end of ends) await end()
  }
} else if (process.env['ISCONF_REQUIRE_NETNS'] === '1') {
  console.error(`network namespaces are required here: ${missing}`)
  process.exitCode = 1
} else console.log(`thirty hosts were NOT tried: ${missing}`)

async function main(forMs: number, count: number): Promise<void> {
  const names = Array.from({ length: count }, (_, index) => `host${String(index + 1).padStart(2, '0')}`)
  const lab = await NetLab.of({ after: (end) => ends.push(end) }, ...names)
  const { hosts } = lab
  await inTurns(hosts, (host) => host.configure(`IS_WEB = ${pagePlace}`))
  await inTurns(hosts, (host) => host.does('start'))
  say(`${count} hosts have started`)
  const haveMet = async (): Promise<boolean> => (await statuses(hosts)).every(({ mesh }) => mesh.peers.length > 0)
  await until(haveMet, 'all have met', levelMsMax)
  const done = await trouble(hosts, forMs, Number(values.seed))
  say(`${done} changesets were checked in meanwhile; all hosts are back`)
  await assertOne(hosts, done)
  const { truths, asked } = await putIntoStates(hosts, done, ends)
  for (const host of asked) await untilTold(host, truths)
  const states = [...new Set(truths.flatMap((truth) => truth.states))]
  say(`${asked.length} hosts tell the same of all, by the command and on the page: ${states.join(', ')}`)
}

/** All have all, nothing is split, no host has more connections than it should, and one lock is one host's; it is free in the end. */
async function assertOne(hosts: readonly NetHost[], done: number): Promise<void> {
  const isLevel = async (): Promise<boolean> => (await statuses(hosts)).every(({ operations }) => operations === done)
  await until(isLevel, `all have ${done} operations`, levelMsMax)
  await inTurns(hosts, (host) => host.does('up'))
  const files = new Set<string>()
  await inTurns(hosts, async (host) => files.add(done === 0 ? '' : await host.read('/tmp/done')))
  assert.equal(files.size, 1, 'every host has the same file')
  const holder = await assertOneLock(hosts)
  const all = await statuses(hosts)
  const peers = all.map(({ mesh }) => mesh.peers.length)
  assert.ok(Math.max(...peers) <= peersMax, `a host has ${Math.max(...peers)} neighbours`)
  assert.deepEqual(
    all.flatMap(({ lines }) => lines),
    [],
    'nothing is split',
  )
  say(`all are level; neighbours: ${Math.min(...peers)} to ${Math.max(...peers)}; lock: ${holder.name}`)
  await holder.does('unlock')
}

/**
 * Of hosts that lock at the same moment one has the lock, and the others are told who, or that no agreement came about:
 * each that was refused may try again. Nobody having it is allowed, two having it never.
 */
async function assertOneLock(hosts: readonly NetHost[]): Promise<NetHost> {
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
  return holder
}

function say(text: string): void {
  console.log(`${(performance.now() / 1_000).toFixed(0)} s: ${text}`)
}
