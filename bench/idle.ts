/** A daemon with nothing to do, with three peers and with thirty, beside a bare one that holds as many connections. */
import { everybodyMax } from '../src/base/index.ts'
import { Lab, type LabHost, until } from '../test/harness/lab.ts'
import { bareDaemon } from './bare-daemon.ts'
import type { Bench, Benchmark } from './bench.ts'
import { median, sleep } from './measure.ts'
import { cpuMs, ownMB, pidOf, residentMB } from './processes.ts'
import type { Row } from './report.ts'

/** After the start: connecting, the first exchanges, and to give back what both have used, are no idleness. */
const settleMsOf = ({ short }: Bench): number => (short ? 15_000 : 75_000)
/** Hosts of a large domain have so many neighbours, and let go of those that are too many only after a while. */
const [neighboursMin, neighboursMax] = [8, 12]
/** More at once would wait for each other. */
const startsMax = 4

export const idle: Benchmark = {
  name: 'idle',
  summary: 'memory and processor time of an idle daemon with three peers and with thirty',
  run: async (bench) => {
    const rows: Row[] = []
    for (const peers of bench.short ? [3] : [3, 30]) rows.push(...(await among(bench, peers)))
    return rows
  },
}

async function among(bench: Bench, peers: number): Promise<readonly Row[]> {
  const forMs = bench.short ? 5_000 : 60_000
  const names = Array.from({ length: peers + 1 }, (_, index) => `host${index}`)
  const ends: (() => Promise<void> | void)[] = []
  const lab = await Lab.of({ after: (end) => void ends.push(end) }, ...names)
  bench.after(async () => {
    for (const end of ends.splice(0)) await end()
  })
  for (let from = 0; from < lab.hosts.length; from += startsMax)
    await Promise.all(lab.hosts.slice(from, from + startsMax).map((host) => host.start()))
  const [first] = lab.hosts as [LabHost]
  const connected = async (): Promise<number> => (await first.status()).mesh.peers.length
  const [atLeast, atMost] = peers < everybodyMax ? [peers, peers] : [neighboursMin, neighboursMax]
  const isSettled = async (): Promise<boolean> => {
    const count = await connected()
    return count >= atLeast && count <= atMost
  }
  await until(isSettled, `a host among ${peers} has its neighbours`, 240_000)
  const held = await connected()
  const bare = await bareDaemon(bench, held)
  const settleMs = settleMsOf(bench)
  bench.say(`leaving ${names.length} daemons and a bare one alone for ${(settleMs + forMs) / 1_000} seconds`)
  await sleep(settleMs)
  const pids = [bare, ...lab.hosts.map(pidOf)]
  const before = pids.map(cpuMs)
  const beganMs = performance.now()
  await sleep(forMs)
  const tookMs = performance.now() - beganMs
  const [bareCpu = 0, ...cpu] = pids.map((pid, index) => (100 * (cpuMs(pid) - (before[index] ?? 0))) / tookMs)
  const [bareMemory = 0, ...memory] = pids.map(residentMB)
  const own = median(pids.slice(1).map(ownMB)).toFixed(1)
  // What is measured next must not share the machine with these.
  for (const end of ends.splice(0)) await end()
  const what = `idle with ${peers} peers`
  const against = `bare daemon, ${held} peers`
  return [
    {
      ...{ what: `${what}, memory`, measured: median(memory), unit: 'MB', wanted: { atMost: 1.35 } },
      ...{
        against: { what: against, measured: bareMemory, samples: [bareMemory] },
        ratio: median(memory) / bareMemory,
      },
      note: `the median of ${memory.length} daemons, of which one is connected to ${held}; ${own} MB are its own and ${ownMB(bare).toFixed(1)} MB of the bare one, the rest is Node's file, shared by all`,
      samples: memory,
    },
    {
      ...{ what: `${what}, of one processor`, measured: median(cpu), unit: '%', wanted: { atMost: 0.05 } },
      note: `the median of ${cpu.length} daemons in ${forMs / 1_000} s; the busiest ${Math.max(...cpu).toFixed(3)} %, the bare one ${bareCpu.toFixed(3)} %`,
      samples: cpu,
    },
  ]
}
