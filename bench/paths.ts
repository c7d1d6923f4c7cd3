/** What a shell waits for when a recorded path is completed. */
import type { Operation } from '../src/journal/index.ts'
import { begin, Lab, type LabHost } from '../test/harness/lab.ts'
import type { Benchmark } from './bench.ts'
import { median, takeTurns, timed } from './measure.ts'
import { cpuMs } from './processes.ts'
import type { Row } from './report.ts'
import { writeJournal } from './written-journal.ts'

const operations = 10_000
const against = 'node -e 0'

export const paths: Benchmark = {
  name: 'paths',
  summary: '`isconf paths` with 10,000 recorded paths, as shells ask for it, against `node -e 0`',
  run: async (bench) => {
    const lab = await Lab.of(bench, 'alder')
    const [host] = lab.hosts as readonly [LabHost]
    await writeJournal(host, { operations, perChangeset: 100, operationAt: link })
    await lab.start()
    const firstMs = await timed(() => list(host))
    const pid = Number(host.pid())
    const cpuBeforeMs = cpuMs(pid)
    const rounds = bench.short ? 5 : 21
    const samples = await takeTurns(rounds, {
      [against]: () => timed(() => begin([process.execPath, '-e', '0'], { env: host.variables() }).done),
      warm: () => timed(() => list(host)),
    })
    const daemonMs = (cpuMs(pid) - cpuBeforeMs) / rounds
    const [node, warm] = [samples[against] ?? [], samples['warm'] ?? []]
    const row = (what: string, measured: number, own: readonly number[]): Row => ({
      what,
      measured,
      unit: 'ms',
      samples: own,
    })
    return [
      row('paths, the first time', firstMs, [firstMs]),
      {
        ...row('paths, again', median(warm), warm),
        against: { what: against, measured: median(node), samples: node },
        wanted: { below: 150 },
      },
      row('paths, again: processor time of the daemon', daemonMs, [daemonMs]),
    ]
  },
}

async function list(host: LabHost): Promise<void> {
  await host.does('paths', '/srv/50/1')
}

function link(place: number): Operation {
  const owner = { uid: 0, gid: 0, user: 'root', group: 'root' }
  return {
    type: 'snap',
    kind: 'symlink',
    path: `/srv/${place % 100}/${place}`,
    target: 'x',
    owner,
    mtimeMs: 0,
    parents: [],
  }
}
