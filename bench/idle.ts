/** A daemon with three peers and nothing to do. */
import { Lab } from '../test/harness/lab.ts'
import type { Benchmark } from './bench.ts'
import { sleep } from './measure.ts'
import { cpuMs, ownMB, pidOf, residentMB } from './processes.ts'

/** After the start: connecting and the first exchanges are no idleness. */
const settleMs = 5_000

export const idle: Benchmark = {
  name: 'idle',
  summary: 'memory and processor time of an idle daemon with three peers',
  run: async (bench) => {
    const forMs = bench.short ? 5_000 : 30_000
    const lab = await Lab.of(bench, 'one', 'two', 'three', 'four')
    await lab.start()
    bench.say(`leaving four daemons alone for ${(settleMs + forMs) / 1_000} seconds`)
    await sleep(settleMs)
    const pids = lab.hosts.map(pidOf)
    const before = pids.map(cpuMs)
    const beganMs = performance.now()
    await sleep(forMs)
    const tookMs = performance.now() - beganMs
    const percent = pids.map((pid, index) => (100 * (cpuMs(pid) - (before[index] ?? 0))) / tookMs)
    const memory = pids.map(residentMB)
    const own = Math.max(...pids.map(ownMB))
    return [
      {
        what: 'idle with three peers, memory',
        measured: Math.max(...memory),
        unit: 'MB',
        wanted: { below: 90 },
        note: `the largest of four daemons; ${own.toFixed(1)} MB of one are its own, the rest is Node's file, shared by all`,
        samples: memory,
      },
      {
        what: 'idle with three peers, of one processor',
        measured: Math.max(...percent),
        unit: '%',
        wanted: { below: 0.5 },
        note: 'the busiest of four daemons',
        samples: percent,
      },
    ]
  },
}
