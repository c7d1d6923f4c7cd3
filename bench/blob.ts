/** A large file on its way to other hosts, against one bare TLS stream. */
import { closeSync, existsSync, mkdtempSync, openSync, readdirSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, socketName } from '../src/control/index.ts'
import { Lab, type LabHost } from '../test/harness/lab.ts'
import { makeCertificate, sendByBareTls } from './bare-tls.ts'
import type { Bench, Benchmark } from './bench.ts'
import { median, sleep, takeTurns } from './measure.ts'
import { cpuMs, writtenBytes } from './processes.ts'
import { MiB, writeRandom } from './random-file.ts'
import type { Row } from './report.ts'

const user = 'luke'
const lookEveryMs = 5
const arriveMsMax = 300_000

export const blob: Benchmark = {
  name: 'blob',
  summary: 'a large file to one and to three hosts, against one bare TLS stream',
  run: async (bench) => {
    const sizeMiB = bench.short ? 32 : 256
    const directory = mkdtempSync(join(tmpdir(), 'isconf-bench-'))
    bench.after(() => rmSync(directory, { recursive: true, force: true }))
    const certificate = makeCertificate(directory)
    const path = join(directory, 'file')
    const bareCpu: number[] = []
    const toOneOf: Distributed[] = []
    const toThreeOf: Distributed[] = []
    const to = async (names: readonly string[], all: Distributed[]): Promise<number> => {
      const one = await distribute(bench, sizeMiB, names)
      all.push(one)
      return one.tookMs
    }
    const samples = await takeTurns(bench.short ? 1 : 5, {
      bare: async () => {
        const id = writeRandom(path, sizeMiB)
        touchMemory(directory, sizeMiB)
        const { tookMs, cpuMs } = await sendByBareTls(certificate, path, id)
        bareCpu.push(cpuMs)
        return tookMs
      },
      toOne: () => to(['near'], toOneOf),
      toThree: () => to(['near', 'far', 'last'], toThreeOf),
    })
    const row = (what: string, own: readonly number[], bare: readonly number[]): Row => ({
      what: `${sizeMiB} MiB to ${what}`,
      measured: median(own),
      unit: 'ms',
      against: { what: 'bare TLS 1.3', measured: median(bare), samples: bare },
      ratio: median(bare) / median(own),
      samples: own,
    })
    const speed = (what: string, own: readonly number[]): Row => row(what, own, samples.bare)
    const cpu = (what: string, own: readonly Distributed[]): Row => {
      const cpuMs = own.map((one) => one.cpuMs)
      return row(`${what}, CPU of all hosts`, cpuMs, bareCpu)
    }
    const before = toOneOf.map(({ beforeMs }) => beforeMs)
    const sentRatios = toThreeOf.map(({ sentBytes }) => sentBytes / (sizeMiB * MiB))
    return [
      { ...speed('one host', samples.toOne), wanted: { atLeast: 0.9 }, note: timeNote },
      {
        what: 'of that, before the fetch begins',
        measured: median(before),
        unit: 'ms',
        note: beforeNote,
        samples: before,
      },
      speed(
        'one host, the fetch alone',
        toOneOf.map(({ tookMs, beforeMs }) => tookMs - beforeMs),
      ),
      cpu('one host', toOneOf),
      { ...speed('three hosts', samples.toThree), wanted: { atLeast: 0.45 }, note: timeNote },
      cpu('three hosts', toThreeOf),
      {
        what: `${sizeMiB} MiB to three hosts, sent by the origin`,
        measured: Math.max(...sentRatios),
        unit: 'x',
        wanted: { below: 1.3 },
        note: sentNote,
        samples: sentRatios,
      },
    ]
  },
}

const timeNote =
  'from asking for `ci` until every host has the file whole, verified, on disk and in its place; ratio of speeds'
const beforeNote =
  'from asking for `ci` until the first host begins to fetch: the changeset is written, told, fetched and checked'
const sentNote =
  'of the size of the file, the most of all rounds; all that the daemon wrote while it went on, from /proc/PID/io, so that ' +
  'TLS, its journal and its log are in it'

/** How a file went to other hosts. */
interface Distributed {
  /** From asking for `ci` until all have it. */
  readonly tookMs: number
  /** Until the first of them began to fetch it. */
  readonly beforeMs: number
  /** By the first host. */
  readonly sentBytes: number
  /** Of all hosts. */
  readonly cpuMs: number
}

/** Snaps a new file on one host and sees it arrive on the others. Everything is new and is removed, so no round helps the next. */
export async function distribute(
  bench: Bench,
  sizeMiB: number,
  names: readonly string[],
  write: (path: string) => void = (path) => void writeRandom(path, sizeMiB),
): Promise<Distributed> {
  const ends: (() => Promise<void> | void)[] = []
  bench.after(() => endAll(ends))
  try {
    const lab = await Lab.of({ after: (end) => ends.push(end) }, 'origin', ...names)
    const [origin, ...others] = lab.hosts as readonly [LabHost, ...LabHost[]]
    write(origin.path('/tmp/file'))
    await lab.start()
    await origin.does('lock', 'a large file')
    await origin.does('snap', 'file')
    touchMemory(lab.directory, sizeMiB * others.length)
    const pid = origin.pid() ?? 0
    const [id = ''] = wholeBlobs(origin)
    const spentMs = (): number => lab.hosts.reduce((sum, host) => sum + cpuMs(host.pid() ?? 0), 0)
    const spentBeforeMs = spentMs()
    const sentBefore = writtenBytes(pid)
    const beganMs = performance.now()
    const checkedIn = connect(join(origin.home, socketName)).post('/v1/ci', { user }, () => undefined)
    const fetchBeganMs = await Promise.all(others.map((host) => arrived(host, id)))
    const tookMs = performance.now() - beganMs
    const sentBytes = writtenBytes(pid) - sentBefore
    const tookCpuMs = spentMs() - spentBeforeMs
    await checkedIn
    return { tookMs, beforeMs: Math.min(...fetchBeganMs) - beganMs, sentBytes, cpuMs: tookCpuMs }
  } finally {
    await endAll(ends)
  }
}

/** The files that are whole in a host's store. */
export function wholeBlobs({ home }: LabHost): readonly string[] {
  const store = join(home, 'store')
  const shelves = readdirSync(store).filter((name) => name.length === 2)
  return shelves.flatMap((shelf) => readdirSync(join(store, shelf))).filter((name) => !name.includes('.'))
}

/** Waits until a host has the file; when it was first seen to fetch it. */
export async function arrived({ home, name }: LabHost, id: string): Promise<number> {
  const place = join(home, 'store', id.slice(0, 2), id)
  const partial = join(home, 'store/partial', id)
  const endMs = performance.now() + arriveMsMax
  let beganMs: number | undefined
  while (!existsSync(place)) {
    if (existsSync(partial)) beganMs ??= performance.now()
    if (performance.now() > endMs) throw new Error(`the file did not arrive on ${name} within ${arriveMsMax} ms`)
    await sleep(lookEveryMs)
  }
  return beganMs ?? performance.now()
}

/**
 * Uses as much memory as files of this size will take, and gives it back. A virtual machine gets a page from its host
 * when it first uses it, which can cost more than all that is measured here, and falls on whoever comes first.
 */
export function touchMemory(directory: string, sizeMiB: number): void {
  const path = join(directory, 'touched')
  const file = openSync(path, 'w')
  const zeros = new Uint8Array(MiB)
  for (let count = 0; count < sizeMiB; count += 1) writeSync(file, zeros)
  closeSync(file)
  rmSync(path)
}

async function endAll(ends: (() => Promise<void> | void)[]): Promise<void> {
  for (let end = ends.pop(); end !== undefined; end = ends.pop()) await end()
}
