/** Two notes beside the stamps: since when each is there, and which are to be done again alone. */
import * as z from 'zod'

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

const sinceForm = z.object({ touchedMs: z.number(), since: z.record(z.string(), z.number()) })

/** Nothing is lost but times for people when the file is not there or damaged. */
export function parseSince(text: string | undefined): Since {
  try {
    const { touchedMs, since } = sinceForm.parse(JSON.parse(text ?? ''))
    return { touchedMs, sinceMsByName: new Map(Object.entries(since)) }
  } catch {
    return { touchedMs: 0, sinceMsByName: new Map() }
  }
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
