/** `isconf fleet` where a thousand hosts are known, of which some are stopped: the first question of a bad morning. */
import type { ChangesetId } from '../src/base/index.ts'
import { type HostWord, putRecords, standing } from '../test/harness/host-records.ts'
import { Lab, type LabHost } from '../test/harness/lab.ts'
import type { Benchmark } from './bench.ts'
import { median, takeTurns, timed } from './measure.ts'
import type { Row } from './report.ts'

export const hostsMax = 1_000
/** Of so many one is stopped. */
const stoppedEvery = 20
const against = '`isconf fleet`, one host'

export const fleet: Benchmark = {
  name: 'fleet',
  summary: '`isconf fleet`, with 1,000 hosts known and 50 of them stopped, and with one',
  run: async (bench) => {
    const lab = await Lab.of(bench, 'one', 'many')
    const [one, many] = lab.hosts
    if (!one || !many) throw new Error('a lab has the hosts that it was made with')
    for (const host of lab.hosts) host.knows([])
    putRecords(many, wordsOf(hostsMax - 1))
    for (const host of lab.hosts) await host.start()
    const fleetOf = (host: LabHost): Promise<number> => timed(() => host.run('fleet'))
    const { stdout } = await many.run('fleet')
    if (!stdout.startsWith(`${hostsMax} hosts:`)) throw new Error(`not all hosts are known: ${stdout.slice(0, 100)}`)
    const samples = await takeTurns(bench.short ? 5 : 21, { [against]: () => fleetOf(one), many: () => fleetOf(many) })
    for (const host of lab.hosts) await host.stop()
    const [own, base] = [samples['many'] ?? [], samples[against] ?? []]
    const row: Row = {
      ...{ what: '`isconf fleet`, 1,000 hosts', measured: median(own), unit: 'ms', wanted: { below: 300 } },
      ...{ against: { what: against, measured: median(base), samples: base }, ratio: median(own) / median(base) },
      samples: own,
    }
    return [row]
  },
}

/** Hosts of one release, some of them stopped. */
export function wordsOf(count: number): readonly HostWord[] {
  const since = new Date().toISOString()
  const id = 'c'.repeat(64) as ChangesetId
  return Array.from({ length: count }, (_, index) => {
    const why = `it ended with exit status 100: E: Unable to locate package number-${index}`
    return {
      ...{ host: `host${index}.example.com`, ...standing(null) },
      ...(index % stoppedEvery === 0 && { stopped: { id, index: 0, why, since } }),
    }
  })
}
