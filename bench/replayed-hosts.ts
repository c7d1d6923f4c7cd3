/** Hosts that have replayed nothing and much, for what must not depend on it. */
import { Lab, type LabHost } from '../test/harness/lab.ts'
import type { BenchRun } from './bench-run.ts'
import { type Shape, settle, writeJournal, writeReplayed } from './written-journal.ts'

export interface ReplayedHost {
  readonly host: LabHost
  readonly shape: Shape
  /** Such as `100,000 operations in 1,000 changesets`. */
  readonly text: string
}

export interface ReplayedHosts {
  readonly none: LabHost
  readonly many: readonly ReplayedHost[]
}

/** Makes them; none runs when it returns, and they know nothing of each other. */
export async function replayedHosts(bench: BenchRun): Promise<ReplayedHosts> {
  const operations = bench.short ? 10_000 : 100_000
  const shapes = [
    { operations, perChangeset: 100 },
    { operations, perChangeset: 1 },
  ]
  const lab = await Lab.of(bench, 'none', ...shapes.map(({ perChangeset }) => `by-${perChangeset}`))
  for (const host of lab.hosts) host.knows([])
  const [none, ...hosts] = lab.hosts as readonly [LabHost, ...LabHost[]]
  await none.start()
  await none.stop()
  const many: ReplayedHost[] = []
  for (const [index, host] of hosts.entries()) {
    const shape = shapes[index] as Shape
    const changesets = shape.operations / shape.perChangeset
    const text = `${operations.toLocaleString('en')} operations in ${changesets.toLocaleString('en')} changesets`
    bench.say(`writing ${text}`)
    await writeReplayed(host, await writeJournal(host, shape))
    await settle(host)
    many.push({ host, shape, text })
  }
  return { none, many }
}
