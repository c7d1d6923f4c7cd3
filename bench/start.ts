/** `isconf start`: until the daemon answers. */
import type { Benchmark } from './bench.ts'
import { median, takeTurns, timed } from './measure.ts'
import type { Row } from './report.ts'

const empty = 'no operations'

export const start: Benchmark = {
  name: 'start',
  summary: '`isconf start`, with an empty journal and with a long one',
  run: async (bench) => {
    const { none, many } = await bench.replayed()
    const hosts = [{ host: none, text: empty }, ...many]
    const samples = await takeTurns(
      bench.short ? 3 : 9,
      Object.fromEntries(
        hosts.map(({ host, text }) => [
          text,
          async () => {
            const tookMs = await timed(() => host.start())
            await host.stop()
            return tookMs
          },
        ]),
      ),
    )
    const emptyMs = median(samples[empty] ?? [])
    const first: Row = {
      what: 'start',
      measured: emptyMs,
      unit: 'ms',
      wanted: { atMost: 350 },
      samples: samples[empty] ?? [],
    }
    return [
      first,
      ...many.map(({ text }): Row => {
        const own = samples[text] ?? []
        return {
          what: `start, ${text}`,
          measured: median(own),
          unit: 'ms',
          against: { what: empty, measured: emptyMs, samples: samples[empty] ?? [] },
          ratio: median(own) / emptyMs,
          wanted: { below: 1.5 },
          samples: own,
        }
      }),
    ]
  },
}
