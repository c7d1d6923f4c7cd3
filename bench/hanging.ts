/** What a host that hangs costs the others: its daemon is stopped with SIGSTOP, just before the first verb. */
import { Lab, type LabHost } from '../test/harness/lab.ts'
import type { Benchmark } from './bench.ts'
import { timed } from './measure.ts'

type Step = readonly [origin: 'origin' | 'target', ...words: string[]]

const steps: readonly Step[] = [
  ['origin', 'lock', 'a change'],
  ['origin', 'exec', 'true'],
  ['origin', 'ci'],
  ['target', 'up'],
  ['target', 'status'],
  ['target', 'hosts'],
  ['target', 'fleet'],
]

export const hanging: Benchmark = {
  name: 'hanging',
  summary: 'what a host that hangs costs each verb of the others',
  run: async (bench) => {
    const lab = await Lab.of(bench, 'origin', 'target', 'stopped')
    await lab.start()
    const [origin, target, stopped] = lab.hosts as [LabHost, LabHost, LabHost]
    const all = async (): Promise<readonly number[]> => {
      const times: number[] = []
      // Some say by their status that not all is well, as `fleet` does of a host that is behind.
      for (const [host, ...words] of steps)
        times.push(await timed(() => (host === 'origin' ? origin : target).run(...words)))
      return times
    }
    // The first time nothing is warm.
    await all()
    const usual = await all()
    stopped.freeze()
    bench.say('one of three daemons is stopped')
    const times = await all()
    stopped.thaw()
    return steps.map(([, ...words], index) => ({
      what: `one of three hosts hangs: isconf ${words[0]}, longer by`,
      measured: (times[index] ?? 0) - (usual[index] ?? 0),
      unit: 'ms',
      wanted: { below: 1_000 },
      note: `${(times[index] ?? 0).toFixed(0)} ms instead of ${(usual[index] ?? 0).toFixed(0)}; the host hangs since just before \`lock\``,
      samples: [times[index] ?? 0],
    }))
  },
}
