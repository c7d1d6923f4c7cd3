/** What it costs that the network is a process of its own (IS_NETWORK): a large file between two hosts, and changes. */
import { join } from 'node:path'
import { userHere } from '../src/base/index.ts'
import { connect, socketName } from '../src/control/index.ts'
import { Lab, type LabHost } from '../test/harness/lab.ts'
import type { Benchmark } from './bench.ts'
import { arrived, touchMemory, wholeBlobs } from './blob.ts'
import { median, takeTurns } from './measure.ts'
import { cpuMs, pidOf, shareMB, withChildren } from './processes.ts'
import { writeRandom } from './random-file.ts'
import type { Row, Unit } from './report.ts'
import { changesInTwo } from './two-processes-changes.ts'

const roles = ['sender', 'receiver'] as const
type Figures = Readonly<Record<`${(typeof roles)[number]}${'Ms' | 'MB'}`, number>>

export const twoProcesses: Benchmark = {
  name: 'two-processes',
  summary: 'a large file, `lock`, `ci` and memory of hosts whose network is a process of its own, against one process',
  run: async (bench) => {
    const sizeMiB = bench.short ? 32 : 256
    const figures: Record<'one' | 'two', Figures[]> = { one: [], two: [] }
    const round = (count: 'one' | 'two') => async (): Promise<number> => {
      const found = await send(sizeMiB, count === 'two' ? { IS_NETWORK: networkUser() } : {})
      figures[count].push(found)
      return found.senderMs
    }
    await takeTurns(bench.short ? 1 : 5, { one: round('one'), two: round('two') })
    const row = (what: string, part: keyof Figures, unit: Unit, atMost: number): Row => {
      const of = (count: 'one' | 'two'): readonly number[] => figures[count].map((found) => found[part])
      return {
        ...{ what, measured: median(of('two')), unit, samples: of('two'), wanted: { atMost } },
        against: { what: 'one process', measured: median(of('one')), samples: of('one') },
        ratio: median(of('two')) / median(of('one')),
      }
    }
    const large = roles.flatMap((role) => [
      row(`${sizeMiB} MiB, CPU of the ${role}`, `${role}Ms`, 'ms', 1.2),
      row(`memory of the ${role} after it`, `${role}MB`, 'MB', 1.2),
    ])
    return [...large, ...(await changesInTwo(bench, networkUser()))]
  },
}

/** Of root's daemon the process is somebody else's; a plain user's can only be their own. */
function networkUser(): string {
  return process.getuid?.() === 0 ? 'nobody' : userHere().name
}

/** Snaps a new file on one host and sees it arrive on another. */
async function send(sizeMiB: number, env: Readonly<Record<string, string>>): Promise<Figures> {
  const ends: (() => Promise<void> | void)[] = []
  try {
    const lab = await Lab.of({ after: (end) => ends.push(end) }, ...roles)
    const [sender, receiver] = lab.hosts as readonly [LabHost, LabHost]
    for (const host of lab.hosts) Object.assign(host.env, env)
    writeRandom(sender.path('/tmp/file'), sizeMiB)
    await lab.start()
    await sender.does('lock', 'a large file')
    await sender.does('snap', 'file')
    touchMemory(lab.directory, sizeMiB)
    const processes = [sender, receiver].map((host) => withChildren(pidOf(host)))
    const spentMs = (): readonly number[] => processes.map((pids) => pids.reduce((sum, pid) => sum + cpuMs(pid), 0))
    const before = spentMs()
    const checkedIn = connect(join(sender.home, socketName)).post('/v1/ci', { user: 'luke' }, () => undefined)
    await Promise.all([checkedIn, arrived(receiver, wholeBlobs(sender)[0] ?? '')])
    const [senderMs = 0, receiverMs = 0] = spentMs().map((ms, index) => ms - (before[index] ?? 0))
    const [senderMB = 0, receiverMB = 0] = processes.map((pids) => pids.reduce((sum, pid) => sum + shareMB(pid), 0))
    return { senderMs, receiverMs, senderMB, receiverMB }
  } finally {
    for (let end = ends.pop(); end !== undefined; end = ends.pop()) await end()
  }
}
