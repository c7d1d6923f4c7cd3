/** Compares this machine with its journal, and one place in a journal with another. */
export { changedBetween, type Place } from './changes.ts'
export { type RecordedAt, recordedAt } from './recorded-paths.ts'
export { restore } from './restore.ts'
export { type Unlike, unlikeOf, verify } from './verify.ts'
