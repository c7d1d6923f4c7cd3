/** How one run of the benchmarks is to go. */
import type { Ending } from '../test/harness/lab.ts'

export interface BenchRun extends Ending {
  /** Small sizes and few rounds: whether everything can be measured, rather than how well it does. */
  readonly short: boolean
  /** Says what goes on, to the person who waits. */
  readonly say: (text: string) => void
}
