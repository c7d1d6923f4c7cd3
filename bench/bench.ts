/** What every benchmark is given, and what it gives. */
import type { Ending } from '../test/harness/lab.ts'
import type { ReplayedHosts } from './replayed-hosts.ts'
import type { Row } from './report.ts'

export interface Bench extends Ending {
  /** Small sizes and few rounds: whether everything can be measured, rather than how well it does. */
  readonly short: boolean
  /** Says what goes on, to the person who waits. */
  readonly say: (text: string) => void
  /** Hosts that have replayed much, made once for all benchmarks. */
  readonly replayed: () => Promise<ReplayedHosts>
}

export interface Benchmark {
  readonly name: string
  readonly summary: string
  run(bench: Bench): Promise<readonly Row[]>
}
