/**
 * Hashes, some time after the start, what the start took at the word of its notes. What is found damaged is told, and set
 * aside by the next start.
 */
import { type Cancel, type Clock, IsconfError, type Log } from '../base/index.ts'
import type { Branches } from '../branch/index.ts'
import type { DamagedFiles } from './damaged-files.ts'

/** After the start, when the others are met and somebody who waited for it has gone on. */
const verifyAfterMs = 10_000

interface VerifyDeps {
  readonly branches: Branches
  readonly damaged: DamagedFiles
  readonly clock: Clock
  readonly log: Log
}

/** Once, unless it is cancelled before. */
export function verifyJournalsLater({ branches, damaged, clock, log }: VerifyDeps): Cancel {
  let isCancelled = false
  const verify = async (): Promise<void> => {
    const all = branches
      .all()
      .flatMap(({ journal, others }) => [journal, ...[...others.entries()].map(([, one]) => one)])
    for (const journal of all) {
      try {
        if (!isCancelled) await journal.verify()
      } catch (error) {
        if (error instanceof IsconfError && error.code === 'JOURNAL_DAMAGED') damaged.found(error)
        // One that was closed meanwhile can't be read.
        else log.debug({}, `${journal.path} was not hashed: ${String(error)}`)
      }
    }
  }
  const cancel = clock.after(verifyAfterMs, () => void verify())
  return () => {
    isCancelled = true
    cancel()
  }
}
