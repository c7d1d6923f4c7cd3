/** Holds in words. */
import type { HoldAnswer } from '../control/index.ts'

/** Who holds it, since when and why. */
export function heldBy({ by, why, since }: HoldAnswer): string {
  return `by ${by} since ${since}: ${reasonText(why)}`
}

/** What is held, and by whom. */
export function holdText(hold: HoldAnswer): string {
  return `${hold.scope} ${hold.name} is held ${heldBy(hold)}`
}

export function reasonText(why: string | undefined): string {
  return why === undefined || why === '' ? 'no reason given' : why
}

/** What ends a hold. */
export function releaseText({ scope }: HoldAnswer): string {
  return scope === 'host' ? 'isconf release' : 'under the lock: isconf release --branch, isconf ci'
}
