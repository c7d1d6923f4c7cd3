/** What came of the last attempt to make this host right: the record of it, which isconf tells other hosts, and its words. */
import * as z from 'zod'

const resultForm = z.object({
  /** The boot of the kernel in which it was; what the record says of another boot is not known of this one. */
  boot: z.string(),
  /**
   * `right`: all is done with the newest tree; `old`: with the tree of an earlier time, because the source could not be
   * fetched; `excluded`: hosts.conf has the host left alone; `failed`.
   */
  level: z.enum(['right', 'old', 'excluded', 'failed']),
  /** An ISO time; null when the clock was not set yet. */
  at: z.string().nullable(),
  /** Since when the level is what it is. */
  since: z.string().nullable(),
  /** In a few words, when the level is not `right`. */
  why: z.string().nullable(),
  /** The step that failed. */
  step: z.string().nullable(),
  log: z.string().nullable(),
  /** The name of the tree, or its path when somebody made it. */
  tree: z.string().nullable(),
  /** When the source last had this tree. */
  fetched: z.string().nullable(),
})

export type BootResult = z.infer<typeof resultForm>

/** Undefined for what is no record, as of another release. */
export function parseBootResult(text: string | undefined): BootResult | undefined {
  try {
    return resultForm.parse(JSON.parse(text ?? ''))
  } catch {
    return undefined
  }
}

const fetchedForm = z.object({
  /** The tree that the source had, and when; null before the first. */
  tree: z.string().nullable(),
  at: z.string().nullable(),
  /** Since when the source cannot be fetched, and why it could not the last time. */
  failure: z.object({ since: z.string().nullable(), why: z.string() }).nullable(),
})

/** What came of asking the source for its tree. */
export type FetchResult = z.infer<typeof fetchedForm>

export function parseFetchResult(text: string | undefined): FetchResult {
  try {
    return fetchedForm.parse(JSON.parse(text ?? ''))
  } catch {
    return { tree: null, at: null, failure: null }
  }
}

/** This was written in 2026: a clock that says less is not set. */
const clockYearMin = 2026

/** The time for a record; null when the clock cannot be right. */
export function timeOf(nowMs: number): string | null {
  const now = new Date(nowMs)
  return now.getUTCFullYear() < clockYearMin ? null : `${now.toISOString().slice(0, 19)}Z`
}

/** How long ago, in words. */
export function ageText(at: string | null, nowMs: number): string {
  if (at === null || timeOf(nowMs) === null) return 'at an unknown time, because the clock was not set'
  const ageS = (nowMs - Date.parse(at)) / 1000
  if (ageS < 0) return `at ${at}, which is in the future by the clock of this host`
  return `${spanText(ageS)} ago, at ${at}`
}

function spanText(seconds: number): string {
  for (const [unit, length] of units) {
    const many = Math.floor(seconds / length)
    if (many >= 2) return `${many} ${unit}s`
  }
  return 'a moment'
}

const units = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const

/** The line for the message of the day, where `old` says why the tree is of an earlier time; undefined when all is well. */
export function messageOfTheDay({ level, at, why, log }: BootResult, old: string | undefined): string | undefined {
  if (level === 'right' || level === 'excluded') return undefined
  const when = at === null ? 'at a boot with a clock that was not set' : `at ${at}`
  if (level === 'old') return `This host goes on with an old tree, ${when}: ${why}.\n`
  const more = old === undefined ? '' : ` It goes on with an old tree: ${old}.`
  return `This host is not as it should be: ${why}, ${when}. See ${log ?? 'the messages of the boot'}.${more}\n`
}
