/** Comparing this machine with its journal, and what a journal says at one place with what it says at another. */
export { changedBetween, type Place } from './changes.ts'
export { type RecordedAt, recordedAt } from './recorded-paths.ts'
export { restore } from './restore.ts'
export { type Unlike, unlikeOf, verify } from './verify.ts'
