/** What a change and a host at rest cost with a network process, against one process. */
import { chmodSync, constants, copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, socketName } from '../src/control/index.ts'
import { Lab, type LabHost } from '../test/harness/lab.ts'
import type { Bench } from './bench.ts'
import { median, sleep, takeTurns, timed } from './measure.ts'
import { cpuMs, pidOf, shareMB, withChildren } from './processes.ts'
import type { Row, Unit } from './report.ts'

const user = 'luke'
/** After the last change: both processes give memory back once they rest. */
const settleMs = 75_000
const names = ['origin', 'near', 'far']

/** Three hosts of each kind, all there at once, so that what else the machine does falls on both alike. */
export async function changesInTwo(bench: Bench, networkUser: string): Promise<readonly Row[]> {
  const [one, two] = [await Lab.of(bench, ...names), await Lab.of(bench, ...names)]
  for (const { env } of two.hosts) env['IS_NETWORK'] = networkUser
  giveEachItsNode(bench, [...one.hosts, ...two.hosts])
  await one.start()
  await two.start()
  const rounds = bench.short ? 5 : 100
  bench.say(`${rounds} changes by hosts of one process, and of two`)
  const times = { one: timesOf(one), two: timesOf(two) }
  const each = { one: times.one.change, two: times.two.change }
  // All code is loaded before anything is measured.
  await takeTurns(3, each)
  for (const { lockMs, ciMs } of [times.one, times.two]) lockMs.length = ciMs.length = 0
  const cpu = await takeTurns(rounds, each)
  await sleep(bench.short ? 1_000 : settleMs)
  const memory = [one, two].map(({ hosts }) => hosts.map((host) => sumOf(processesOf(host).map(shareMB))))
  return [
    row('lock', 'ms', times.two.lockMs, times.one.lockMs, 1.2),
    row('ci of one command', 'ms', times.two.ciMs, times.one.ciMs, 1.2),
    row('a change, CPU of three hosts', 'ms', cpu.two, cpu.one),
    row('memory of a host at rest', 'MB', memory[1] ?? [], memory[0] ?? [], 1.2),
  ]
}

/**
 * A copy of Node for each host. Each page of a file that is in memory is shared out among all processes that have it
 * mapped: those of one host, on a machine of its own, and not those of six.
 */
function giveEachItsNode(bench: Bench, hosts: readonly LabHost[]): void {
  const directory = mkdtempSync(join(tmpdir(), 'isconf-node-'))
  bench.after(() => rmSync(directory, { recursive: true, force: true }))
  // As an installed one: where the user of the network process can't read it, V8 copies 2 MB of it.
  chmodSync(directory, 0o755)
  for (const [index, host] of hosts.entries()) {
    const node = join(directory, `node${index}`)
    copyFileSync(process.execPath, node, constants.COPYFILE_FICLONE)
    host.inside = ([, ...words]) => [node, ...words]
  }
}

function timesOf({ hosts }: Lab) {
  const [origin] = hosts as readonly [LabHost]
  const control = connect(join(origin.home, socketName))
  const post = (path: string, body: object): Promise<unknown> => control.post(path, { user, ...body }, () => undefined)
  const lockMs: number[] = []
  const ciMs: number[] = []
  const change = async (): Promise<number> => {
    const before = spentMs(hosts)
    lockMs.push(await timed(() => post('/v1/lock', { message: 'a change' })))
    await post('/v1/exec', { cwd: origin.path('tmp'), argv: ['/bin/true'] })
    ciMs.push(await timed(() => post('/v1/ci', {})))
    return spentMs(hosts) - before
  }
  return { lockMs, ciMs, change }
}

function row(what: string, unit: Unit, two: readonly number[], one: readonly number[], atMost?: number): Row {
  const [measured, against] = [median(two), median(one)]
  return {
    ...{ what, unit, measured, samples: two, ratio: measured / against },
    against: { what: 'one process', measured: against, samples: one },
    ...(atMost !== undefined && { wanted: { atMost } }),
  }
}

/** The daemon of a host, and its network process where it has one. */
function processesOf(host: LabHost): readonly number[] {
  return withChildren(pidOf(host))
}

function spentMs(hosts: readonly LabHost[]): number {
  return sumOf(hosts.flatMap(processesOf).map(cpuMs))
}

function sumOf(all: readonly number[]): number {
  return all.reduce((sum, one) => sum + one, 0)
}
