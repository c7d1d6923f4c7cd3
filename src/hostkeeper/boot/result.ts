/** What came of the last attempt to make this host right: the record of it, which isconf tells other hosts, and its words. */
import { isText, jsonOf, oneOf, orNull, shaped } from '../../base/index.ts'

export interface BootResult {
  /** The boot of the kernel in which it was; what the record says of another boot is not known of this one. */
  readonly boot: string
  /**
   * `right`: all is done with the newest tree; `old`: with the tree of an earlier time, because the source could not be
   * fetched; `excluded`: hosts.conf has the host left alone; `failed`.
   */
  readonly level: 'right' | 'old' | 'excluded' | 'failed'
  /** An ISO time; null when the clock was not set yet. */
  readonly at: string | null
  /** Since when the level is what it is. */
  readonly since: string | null
  /** In a few words, when the level is not `right`. */
  readonly why: string | null
  /** The step that failed. */
  readonly step: string | null
  readonly log: string | null
  /** The name of the tree, or its path when somebody made it. */
  readonly tree: string | null
  /** When the source last had this tree. */
  readonly fetched: string | null
}

const textOrNull = orNull(isText)

const resultShape = {
  ...{ boot: isText, level: oneOf('right', 'old', 'excluded', 'failed'), at: textOrNull, since: textOrNull },
  ...{ why: textOrNull, step: textOrNull, log: textOrNull, tree: textOrNull, fetched: textOrNull },
}

/** Undefined for what is no record, as of another release. */
export function parseBootResult(text: string | undefined): BootResult | undefined {
  return shaped<BootResult>(resultShape, jsonOf(text))
}

/** What came of asking the source for its tree. */
export interface FetchResult {
  /** The tree that the source had, and when; null before the first. */
  readonly tree: string | null
  readonly at: string | null
  /** Since when the source cannot be fetched, and why it could not the last time. */
  readonly failure: Failure | null
}

interface Failure {
  readonly since: string | null
  readonly why: string
}

const isFailure = (value: unknown): boolean => shaped<Failure>({ since: textOrNull, why: isText }, value) !== undefined
const fetchedShape = { tree: textOrNull, at: textOrNull, failure: orNull(isFailure) }

export function parseFetchResult(text: string | undefined): FetchResult {
  return shaped<FetchResult>(fetchedShape, jsonOf(text)) ?? { tree: null, at: null, failure: null }
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
