/** The verdict of a rehearsal on each operation, from how it ended in the sandbox. */
import type { Operation } from '../journal/index.ts'
import { whyNotJudged } from './not-rehearsed.ts'
import type { Outcome, Rehearsed } from './rehearsal.ts'

export interface Judging {
  readonly operations: readonly Operation[]
  /** Whether they were done here before, so that the commands among them are done a second time. */
  readonly again: boolean
  readonly ownNetwork: boolean
}

/** Whether the operations after this one can still be judged: `up` stops at the first that fails. */
export function goesOnAfter({ verdict }: Rehearsed): boolean {
  return verdict !== 'fails'
}

/** The verdict on one operation. */
export function verdictOf(judging: Judging, index: number, outcome: Outcome): Rehearsed {
  const operation = judging.operations[index]
  const { status } = outcome
  const said = {
    number: index + 1,
    status,
    why: outcome.why ?? (status === 0 ? null : `it ended with exit status ${status}`),
  }
  if (operation?.type === 'reboot')
    return {
      ...said,
      verdict: 'not judged',
      why: 'a rehearsal does not reboot, and what comes after it finds no other kernel and no service',
    }
  const argv = operation?.type === 'exec' ? operation.argv : undefined
  const unjudged = argv && whyNotJudged(argv, status, judging)
  if (unjudged !== undefined) return { ...said, verdict: 'not judged', why: unjudged }
  if (status === 0) return { ...said, verdict: 'passes' }
  if (outcome.isFull)
    return { ...said, verdict: 'not judged', why: 'the room for the rehearsal was used up: it is kept in memory' }
  // That there is no such command, and no such directory, is no matter of how often.
  if (judging.again && argv && outcome.why === null) {
    const again = `${said.why} when it is done again, as after an interruption; how it ends where it was not done, only another host can tell`
    return { ...said, verdict: 'fails again', why: again }
  }
  return { ...said, verdict: 'fails' }
}

/** The verdicts on operations after the one at which the rehearsal stopped. */
export function notReached(number: number): Rehearsed {
  return { number, verdict: 'not reached', status: null, why: null }
}
