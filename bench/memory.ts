/** How much memory it takes to snap a very large file, and to replay it. */
import { Lab, type LabHost } from '../test/harness/lab.ts'
import type { Benchmark } from './bench.ts'
import { sleep } from './measure.ts'
import { forgetPeak, peakMB, residentMB } from './processes.ts'
import { MiB, writeRandom } from './random-file.ts'
import type { Row } from './report.ts'

const lookEveryMs = 20
const largeMsMax = 600_000

export const memory: Benchmark = {
  name: 'memory',
  summary: 'memory while a very large file is snapped, checked in and replayed',
  run: async (bench) => {
    const sizeMiB = bench.short ? 128 : 2_048
    const lab = await Lab.of(bench, 'origin', 'target')
    const [origin, target] = lab.hosts as readonly [LabHost, LabHost]
    await lab.start()
    // All code is loaded and every buffer once used before anything is measured.
    const small = await distribute(origin, target, 8)
    bench.say(`snapping and replaying ${sizeMiB} MiB`)
    const large = await distribute(origin, target, sizeMiB)
    const row = (what: string, part: keyof Peaks): Row => ({
      what: `${what}, ${sizeMiB} MiB`,
      measured: large[part].peak - (large[part].before ?? small[part].peak),
      unit: 'MB',
      wanted: { below: (64 * MiB) / 1e6 },
      ...(part === 'origin' ? { note } : {}),
    })
    return [
      row('growth of the daemon that snaps', 'origin'),
      row('growth of the daemon that replays', 'target'),
      row('growth of the command line at snap', 'snap'),
      row('growth of the command line at up', 'up'),
    ]
  },
}

const note =
  'here and in the rows below, the most resident memory at any time; of a daemon against what it had just before, of the command line against the same for 8 MiB'

interface Peak {
  /** Undefined for a process that began with what is measured. */
  readonly before: number | undefined
  readonly peak: number
}

interface Peaks {
  readonly origin: Peak
  readonly target: Peak
  readonly snap: Peak
  readonly up: Peak
}

/** Snaps a file on one host and replays it on the other. */
async function distribute(origin: LabHost, target: LabHost, sizeMiB: number): Promise<Peaks> {
  writeRandom(origin.path('/tmp/file'), sizeMiB)
  const daemons = [origin, target].map((host) => host.pid() ?? 0) as [number, number]
  const before = daemons.map(residentMB)
  for (const pid of daemons) forgetPeak(pid)
  await origin.does('lock', 'a very large file')
  const snap = await peakOf(origin, 'snap', 'file')
  await origin.does('ci')
  const up = await peakOf(target, 'up')
  const peakOfDaemon = (index: 0 | 1): Peak => ({ before: before[index], peak: peakMB(daemons[index]) })
  return { origin: peakOfDaemon(0), target: peakOfDaemon(1), snap, up }
}

/** Types a command and watches the memory of its process. */
async function peakOf(host: LabHost, ...words: readonly string[]): Promise<Peak> {
  const { child, done } = host.begin({ limitMs: largeMsMax }, ...words)
  let peak = 0
  while (child.exitCode === null && child.signalCode === null) {
    try {
      peak = Math.max(peak, peakMB(child.pid ?? 0) || 0)
    } catch {
      // It has ended.
    }
    await sleep(lookEveryMs)
  }
  const { status, stderr } = await done
  if (status !== 0) throw new Error(`isconf ${words.join(' ')} ended with ${status}: ${stderr}`)
  return { before: undefined, peak }
}
