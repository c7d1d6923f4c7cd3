/** `isconf up` with nothing pending: what every boot and every cron job pays. */
import { begin } from '../test/harness/lab.ts'
import type { Benchmark } from './bench.ts'
import { median, takeTurns, timed } from './measure.ts'

const against = 'node -e 0'

type Samples = Readonly<Record<string, readonly number[]>>

export const upNothing: Benchmark = {
  name: 'up-nothing',
  summary: '`isconf up` with nothing pending, against `node -e 0`',
  run: async (bench) => {
    const { none, many } = await bench.replayed()
    const hosts = [{ host: none, text: 'no operations' }, ...many]
    for (const { host } of hosts) await host.start()
    const samples: Samples = await takeTurns(bench.short ? 5 : 21, {
      [against]: () => timed(() => begin([process.execPath, '-e', '0'], { env: none.variables() }).done),
      ...Object.fromEntries(hosts.map(({ host, text }) => [text, () => timed(() => host.does('up'))])),
    })
    for (const { host } of hosts) await host.stop()
    const nodeMs = median(samples[against] ?? [])
    return hosts.map(({ text }) => {
      const own = samples[text] ?? []
      return {
        what: `up, nothing pending, ${text}`,
        measured: median(own),
        unit: 'ms',
        against: { what: against, measured: nodeMs, samples: samples[against] ?? [] },
        ratio: median(own) / nodeMs,
        wanted: { atMost: 1.5 },
        samples: own,
      }
    })
  },
}
