/** What every benchmark is given, and what it gives. */
import type { BenchRun } from './bench-run.ts'
import type { ReplayedHosts } from './replayed-hosts.ts'
import type { Row } from './report.ts'

export interface Bench extends BenchRun {
  /** Hosts that have replayed much, made once for all benchmarks. */
  readonly replayed: () => Promise<ReplayedHosts>
}

export interface Benchmark {
  readonly name: string
  readonly summary: string
  run(bench: Bench): Promise<readonly Row[]>
}
