/** Many small commands replayed, against the least that a program could do to run and record them. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { assertDone, begin, Lab, type LabHost } from '../test/harness/lab.ts'
import type { Benchmark } from './bench.ts'
import { median, takeTurns, timed } from './measure.ts'
import { writeJournal } from './written-journal.ts'

const baseline = fileURLToPath(new URL('baselines/spawn-and-sync.js', import.meta.url))

export const replay: Benchmark = {
  name: 'replay',
  summary: 'many `exec /bin/true` replayed, against a Node program that spawns the same and syncs a line after each',
  run: async (bench) => {
    const operations = bench.short ? 100 : 1_000
    const lab = await Lab.of(bench, 'target')
    const [host] = lab.hosts as readonly [LabHost]
    await writeJournal(host, { operations, perChangeset: 100 })
    const lines = join(lab.directory, 'lines')
    const samples = await takeTurns(bench.short ? 3 : 5, {
      replayed: async () => {
        rmSync(join(host.home, 'conf/history'), { force: true })
        await host.start()
        const tookMs = await timed(() => host.does('up'))
        await host.stop()
        return tookMs
      },
      spawned: () =>
        timed(async () =>
          assertDone(
            await begin([process.execPath, baseline, String(operations), lines, '/bin/true'], { env: host.variables() })
              .done,
          ),
        ),
    })
    const [ownMs, leastMs] = [median(samples.replayed), median(samples.spawned)]
    return [
      {
        what: `replay of ${operations.toLocaleString('en')} exec /bin/true`,
        measured: ownMs,
        unit: 'ms',
        against: { what: 'spawn + fsync', measured: leastMs, samples: samples.spawned },
        ratio: ownMs / leastMs,
        wanted: { atMost: 2 },
        samples: samples.replayed,
      },
    ]
  },
}
