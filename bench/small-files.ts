/** A tree of small files: recorded, on its way to another host, and installed there. */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { assertDone, begin, Lab, type LabHost, until } from '../test/harness/lab.ts'
import type { Bench, Benchmark } from './bench.ts'
import { median, takeTurns, timed } from './measure.ts'
import type { Row } from './report.ts'

const baseline = fileURLToPath(new URL('baselines/copy-and-sync.js', import.meta.url))
const perDirectory = 50
const arriveMsMax = 120_000

export const smallFiles: Benchmark = {
  name: 'small-files',
  summary:
    'a tree of small files through snap and up, against a Node program that copies and syncs one after the other',
  run: async (bench) => {
    const count = bench.short ? 200 : 1_000
    const taken = { snap: [] as number[], transfer: [] as number[], dryRun: [] as number[], up: [] as number[] }
    const samples = await takeTurns(bench.short ? 3 : 5, {
      all: async () => {
        const { snapMs, transferMs, dryRunMs, upMs } = await carry(bench, count)
        taken.snap.push(snapMs)
        taken.transfer.push(transferMs)
        taken.dryRun.push(dryRunMs)
        taken.up.push(upMs)
        return snapMs + transferMs + upMs
      },
      copied: () => copied(bench, count),
    })
    const row = (what: string, own: readonly number[]): Row => ({
      what: `${what} ${count.toLocaleString('en')} small files`,
      measured: median(own),
      unit: 'ms',
      against: { what: 'copy + fsync', measured: median(samples.copied), samples: samples.copied },
      ratio: median(own) / median(samples.copied),
      samples: own,
    })
    return [
      { ...row('snap of', taken.snap), wanted: { atMost: 0.75 } },
      {
        ...row('transfer to another host of', taken.transfer),
        note: 'from the start of `ci` until the other host has them',
      },
      { ...row('up with', taken.up), wanted: { atMost: 0.75 } },
      {
        ...row('up --dry-run with', taken.dryRun),
        against: { what: 'up', measured: median(taken.up), samples: taken.up },
        ratio: median(taken.dryRun) / median(taken.up),
        wanted: { atMost: 0.3 },
      },
    ]
  },
}

/** Takes a tree that no host has seen from one host to another. */
async function carry(
  bench: Bench,
  count: number,
): Promise<Readonly<Record<'snapMs' | 'transferMs' | 'dryRunMs' | 'upMs', number>>> {
  const ends: (() => Promise<void> | void)[] = []
  const endAll = async (): Promise<void> => {
    for (let end = ends.pop(); end !== undefined; end = ends.pop()) await end()
  }
  bench.after(endAll)
  try {
    const lab = await Lab.of({ after: (end) => ends.push(end) }, 'origin', 'target')
    const [origin, target] = lab.hosts as readonly [LabHost, LabHost]
    writeTree(origin.path('/tmp/tree'), count)
    await lab.start()
    await origin.does('lock', 'a tree of small files')
    const snapMs = await timed(() => origin.does('snap', 'tree'))
    const transferMs = await timed(async () => {
      await origin.does('ci')
      await until(() => storedCount(target) === count, 'the files are on the other host', arriveMsMax)
    })
    const dryRunMs = await timed(() => target.run('up', '--dry-run'))
    const upMs = await timed(() => target.does('up'))
    return { snapMs, transferMs, dryRunMs, upMs }
  } finally {
    await endAll()
  }
}

async function copied(bench: Bench, count: number): Promise<number> {
  const lab = await Lab.of(bench, 'copies')
  const [host] = lab.hosts as readonly [LabHost]
  writeTree(join(lab.directory, 'from'), count)
  const words = [process.execPath, baseline, join(lab.directory, 'from'), join(lab.directory, 'to')]
  const tookMs = await timed(async () => assertDone(await begin(words, { env: host.variables() }).done))
  rmSync(lab.directory, { recursive: true, force: true })
  return tookMs
}

/** Files such as a configuration has: a few kilobytes of text, no two alike. */
function writeTree(directory: string, count: number): void {
  for (let number = 0; number < count; number += 1) {
    const below = join(directory, `part-${Math.floor(number / perDirectory)}`)
    if (number % perDirectory === 0) mkdirSync(below, { recursive: true })
    const line = `setting-${number} = ${Math.random()}\n`
    writeFileSync(join(below, `file-${number}.conf`), line.repeat(20 + (number % 200)))
  }
}

/** Whole files in a host's store. */
function storedCount({ home }: LabHost): number {
  const store = join(home, 'store')
  const shelves = readdirSync(store).filter((name) => name.length === 2)
  return shelves.reduce((sum, shelf) => sum + readdirSync(join(store, shelf)).length, 0)
}
