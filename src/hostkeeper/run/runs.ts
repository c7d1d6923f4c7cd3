/** The record of runs: a line when a run begins and one when it ends. */
import { isNumber, isText, isTexts, jsonOf, oneOf, orNull, shaped } from '../../base/index.ts'

export interface RunStart {
  readonly event: 'start'
  readonly id: string
  readonly at: string
  readonly words: readonly string[]
  readonly targets: readonly string[]
  readonly entry: string
  /** The name of the tree's directory, or its path when it is a directory that somebody made. */
  readonly tree: string
  readonly release: string
  readonly log: string
}

export interface RunEnd {
  readonly event: 'end'
  readonly id: string
  readonly at: string
  readonly outcome: 'done' | 'failed' | 'interrupted'
  /** Make's exit status; null when a signal ended it, or it could not be started. */
  readonly status: number | null
  readonly signal: string | null
  /** The step that was under way when the run ended before all was done. */
  readonly step: string | null
  /** The stamps that the run made. */
  readonly made: readonly string[]
}

const startShape = {
  ...{ event: oneOf('start'), id: isText, at: isText, words: isTexts, targets: isTexts },
  ...{ entry: isText, tree: isText, release: isText, log: isText },
}

const endShape = {
  ...{ event: oneOf('end'), id: isText, at: isText, outcome: oneOf('done', 'failed', 'interrupted') },
  ...{ status: orNull(isNumber), signal: orNull(isText), step: orNull(isText), made: isTexts },
}

/** What is known of one run. */
export interface Run {
  readonly start: RunStart
  /** Undefined while it is under way, and for ever when hostkeeper was killed. */
  readonly end: RunEnd | undefined
}

/** The runs, the oldest first. Lines that are damaged or of another release are passed over. */
export function parseRuns(lines: readonly string[]): readonly Run[] {
  const runs = new Map<string, Run>()
  for (const line of lines) {
    const value = jsonOf(line)
    const start = shaped<RunStart>(startShape, value)
    if (start) runs.set(start.id, { start, end: undefined })
    // A line of an older release may name no step.
    const end = shaped<RunEnd>(endShape, { step: null, ...(value as object) })
    const run = end && runs.get(end.id)
    if (run) runs.set(end.id, { ...run, end })
  }
  return [...runs.values()]
}

/** Whether the last run with a tree made the host right; not when there was none. */
export function endedWell(runs: readonly Run[], tree: string | undefined): boolean {
  return runs.filter(({ start }) => start.tree === tree).at(-1)?.end?.status === 0
}

/** A run's name: its time, so that names sort, and what it was to do. */
export function runId(at: string, words: readonly string[], taken: (id: string) => boolean): string {
  const what = words.length === 0 ? 'default' : words.join('+')
  const name = `${at.replaceAll(/[-:]/g, '')}-${what.replaceAll(/[^\w.+-]/g, '_').slice(0, idWordsMax)}`
  let id = name
  // The clock may have been set back.
  for (let number = 2; taken(id); number += 1) id = `${name}.${number}`
  return id
}

/** File names have a limit; the record has the words in full. */
const idWordsMax = 60
