/** The stamps, made ready for a run. */
import { join } from 'node:path'
import { diskAtOnce } from '../../base/disk.io.ts'
import { type MakeDatabase, madeWith } from '../make/index.ts'
import { doubtfulStamps } from './progress.io.ts'
import { doneAtMs, loneName, loneText, noteSince, parseLone, parseSince, sinceName } from './stamp-notes.ts'
import { planStamps, type StampPlan } from './stamp-plan.ts'
import { noteIn, removeStamps, stampExists, stampsIn, touchStamps } from './stamps.io.ts'

/** What a run would do to the stamps; nothing is written. */
export function plannedStamps(directory: string, database: MakeDatabase, targets: readonly string[]): StampPlan {
  const doubtful = new Set(doubtfulStamps(directory, madeWith(database)))
  const names = stampsIn(directory).flatMap(({ name }) => (doubtful.has(name) ? [] : [name]))
  const noted = parseLone(noteIn(directory, loneName))
  return planStamps(database, targets, names, noted, (name) => stampExists(directory, name) && !doubtful.has(name))
}

/** Removes the stamps that a run makes untrue, and gives all others the same time. Durable when it returns. */
export async function readyStamps(directory: string, plan: StampPlan, nowMs: number): Promise<void> {
  await removeStamps(directory, plan.outdated)
  await noteLone(directory, [...plan.lone, ...plan.loneLeft])
  await touchAll(directory, nowMs)
}

/** After the first pass: what was done alone is like all others. */
export async function settleLone(directory: string, left: readonly string[], nowMs: number): Promise<void> {
  await noteLone(directory, left)
  await touchAll(directory, nowMs)
}

/** Where nothing is to be done the stamps have one time as well, after this. */
export async function settleIdle(directory: string, nowMs: number): Promise<void> {
  const times = new Set(stampsIn(directory).map(({ changedMs }) => changedMs))
  if (times.size > 1) await touchAll(directory, nowMs)
}

/** Writes which steps are to be done again alone. */
export async function noteLone(directory: string, names: readonly string[]): Promise<void> {
  const path = join(directory, loneName)
  if (names.length === 0) await diskAtOnce.remove(path)
  else await diskAtOnce.replaceFile(path, loneText(names))
}

/** The times of the steps are noted before the touch takes them away. */
async function touchAll(directory: string, nowMs: number): Promise<void> {
  const stamps = stampsIn(directory)
  const note = join(directory, sinceName)
  const touchedMs = Math.floor(nowMs / 1000) * 1000
  await diskAtOnce.replaceFile(note, noteSince(parseSince(noteIn(directory, sinceName)), stamps, touchedMs))
  touchStamps(directory, stamps, nowMs)
}

/** The stamps that count, the oldest first, and when the step of each was done: an ISO time in UTC. */
export function timedStamps(directory: string): readonly { readonly name: string; readonly done: string }[] {
  const since = parseSince(noteIn(directory, sinceName))
  const doubtful = new Set(doubtfulStamps(directory))
  return stampsIn(directory)
    .filter(({ name }) => !doubtful.has(name))
    .map((stamp) => ({ name: stamp.name, doneMs: doneAtMs(since, stamp) }))
    .sort((one, other) => one.doneMs - other.doneMs)
    .map(({ name, doneMs }) => ({ name, done: new Date(doneMs).toISOString() }))
}
