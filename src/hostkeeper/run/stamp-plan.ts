/** What a run does to the stamps before it begins, and what make is then asked for. */
import { type MakeDatabase, outdated, ruleFor, stepsFor } from '../make/index.ts'

export interface StampPlan {
  /** Their steps are done again, because something that they need is. */
  readonly outdated: readonly string[]
  /** Those that stay. */
  readonly kept: readonly string[]
  /** To be done first, and without what needs them. */
  readonly lone: readonly string[]
  /** The note of steps that are to be done again alone, after the run. */
  readonly loneLeft: readonly string[]
}

/** `stamps` are there, `noted` are to be done again alone, `exists` knows also files that are no stamps. */
export function planStamps(
  database: MakeDatabase,
  targets: readonly string[],
  stamps: readonly string[],
  noted: readonly string[],
  exists: (target: string) => boolean,
): StampPlan {
  const present = new Set(stamps)
  // A stamp that is there was done since it was noted; a step that nobody names any more is not done.
  const pending = new Set(noted.filter((name) => !present.has(name) && ruleFor(database, name)))
  const steps = stepsFor(database, targets)
  const gone = new Set(
    outdated({ database, steps: new Set(steps), goals: [...targets, ...pending], exists, lone: pending }, stamps),
  )
  const lone = steps.filter((step) => pending.has(step))
  return {
    outdated: stamps.filter((name) => gone.has(name)),
    kept: stamps.filter((name) => !gone.has(name)),
    lone,
    loneLeft: [...pending].filter((name) => !lone.includes(name)),
  }
}
