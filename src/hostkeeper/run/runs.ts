/** The record of runs: a line when a run begins and one when it ends. */
import * as z from 'zod'

const startForm = z.object({
  event: z.literal('start'),
  id: z.string(),
  at: z.string(),
  words: z.array(z.string()),
  targets: z.array(z.string()),
  entry: z.string(),
  /** The name of the tree's directory, or its path when it is a directory that somebody made. */
  tree: z.string(),
  release: z.string(),
  log: z.string(),
})

const endForm = z.object({
  event: z.literal('end'),
  id: z.string(),
  at: z.string(),
  outcome: z.enum(['done', 'failed', 'interrupted']),
  /** Make's exit status; null when a signal ended it, or it could not be started. */
  status: z.number().nullable(),
  signal: z.string().nullable(),
  /** The step that was under way when the run ended before all was done. */
  step: z.string().nullable().default(null),
  /** The stamps that the run made. */
  made: z.array(z.string()),
})

export type RunStart = z.infer<typeof startForm>
export type RunEnd = z.infer<typeof endForm>

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
    const start = startForm.safeParse(value)
    if (start.success) runs.set(start.data.id, { start: start.data, end: undefined })
    const end = endForm.safeParse(value)
    const run = end.success ? runs.get(end.data.id) : undefined
    if (run && end.success) runs.set(end.data.id, { ...run, end: end.data })
  }
  return [...runs.values()]
}

/** Whether the last run with a tree made the host right; not when there was none. */
export function endedWell(runs: readonly Run[], tree: string | undefined): boolean {
  return runs.filter(({ start }) => start.tree === tree).at(-1)?.end?.status === 0
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
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
