/** Two notes beside the stamps: since when each is there, and which are to be done again alone. */
import { isNumber, jsonOf, shaped } from '../../base/index.ts'

/** The touch before a run takes from the stamps the times at which their steps were done; this file keeps them. */
export const sinceName = '.since'
/** One name a line. */
export const loneName = '.only'

export interface Since {
  /** The time that all stamps got. */
  readonly touchedMs: number
  readonly sinceMsByName: ReadonlyMap<string, number>
}

interface Timed {
  readonly name: string
  readonly changedMs: number
}

interface Noted {
  readonly touchedMs: number
  readonly since: Readonly<Record<string, number>>
}

const isNumbers = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.values(value).every(isNumber)

const none: Noted = { touchedMs: 0, since: {} }

/** Nothing is lost but times for people when the file is not there or damaged. */
export function parseSince(text: string | undefined): Since {
  const { touchedMs, since } = shaped<Noted>({ touchedMs: isNumber, since: isNumbers }, jsonOf(text)) ?? none
  return { touchedMs, sinceMsByName: new Map(Object.entries(since)) }
}

/** When the step was done: what was noted, or the stamp's own time when that is newer than the last touch. */
export function doneAtMs({ touchedMs, sinceMsByName }: Since, { name, changedMs }: Timed): number {
  return changedMs > touchedMs ? changedMs : (sinceMsByName.get(name) ?? changedMs)
}

/** The note for a touch at `touchedMs`. */
export function noteSince(before: Since, stamps: readonly Timed[], touchedMs: number): string {
  const since = Object.fromEntries(stamps.map((stamp) => [stamp.name, doneAtMs(before, stamp)]))
  return `${JSON.stringify({ touchedMs, since })}\n`
}

export const parseLone = (text: string | undefined): readonly string[] =>
  (text ?? '').split('\n').filter((line) => line !== '')
export const loneText = (names: readonly string[]): string => names.map((name) => `${name}\n`).join('')
