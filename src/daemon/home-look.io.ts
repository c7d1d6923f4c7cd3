/** Whether somebody else can change what this daemon keeps, looked at while it runs. */
import { changeableIn } from '../base/changeable.io.ts'
import { type Clock, unlookedAt } from '../base/index.ts'

/** A caller that asks for the status over and over need not have everything checked each time. */
const lookEveryMs = 5_000

/** A sentence for `status` when somebody can, as it was at most {@link lookEveryMs} ago. */
export function homeLook(home: string, clock: Clock): () => string | undefined {
  let said: string | undefined
  let lookedMs = Number.NEGATIVE_INFINITY
  return () => {
    const nowMs = clock.monotonicMs()
    if (nowMs - lookedMs >= lookEveryMs) {
      lookedMs = nowMs
      const problem = changeableIn(home, unlookedAt)
      said = problem === undefined ? undefined : `${problem}; until then this daemon would not start again`
    }
    return said
  }
}
