/**
 * IS_UP_WINDOW: when a host may begin `up` by itself, in the form that kube-downscaler takes:
 * `Mon-Fri 22:00-05:00 Europe/Berlin`.
 *
 * What counts is what a clock on the wall shows in that zone. So a window begins and ends by that clock also in the
 * nights in which it is changed: it is an hour shorter or longer then, and what the clock skips does not open it.
 */
import type { Parsed } from './values.ts'

/** One part of the week, by a clock on the wall. */
interface Span {
  /** 0 is Sunday. A span that goes on after midnight belongs to the day on which it begins. */
  readonly days: ReadonlySet<number>
  /** Minutes after midnight; the end is smaller where it is on the next day. */
  readonly from: number
  readonly to: number
  readonly wall: Intl.DateTimeFormat
}

export interface UpWindow {
  /** As it was written. */
  readonly text: string
  readonly spans: readonly Span[]
}

const dayNames = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const
const dayMinutes = 24 * 60
const spanPattern = /^(?:([A-Za-z]{3})(?:-([A-Za-z]{3}))?\s+)?(\d\d):(\d\d)-(\d\d):(\d\d)(?:\s+([A-Za-z][\w+/-]*))?$/

/** One or more spans with commas between them. */
export function parseUpWindow(text: string): Parsed<UpWindow> {
  const spans: Span[] = []
  for (const part of text.split(',')) {
    const parsed = parseSpan(part.trim())
    if ('problem' in parsed) return parsed
    spans.push(parsed.value)
  }
  return { value: { text, spans } }
}

function parseSpan(text: string): Parsed<Span> {
  const [, first, last, fromHours, fromMinutes, toHours, toMinutes, zone] = spanPattern.exec(text) ?? []
  const wrong = (problem: string) => ({
    problem: `must be as Mon-Fri 22:00-05:00 Europe/Berlin, several with commas between them: ${problem}`,
  })
  if (fromHours === undefined) return wrong(`not ${JSON.stringify(text)}`)
  const [from, to] = [minutesOf(fromHours, fromMinutes), minutesOf(toHours, toMinutes)]
  const badTime = from === undefined || from === dayMinutes ? `${fromHours}:${fromMinutes}` : `${toHours}:${toMinutes}`
  if (from === undefined || from === dayMinutes || to === undefined)
    return wrong(`${badTime} is no time of day, 00:00 to 23:59 or at the end 24:00`)
  if (from === to) return wrong(`${text} ends when it begins; the whole day is 00:00-24:00`)
  const days = daysOf(first, last)
  if (typeof days === 'string') return wrong(`${days} is no day: Mon, Tue, Wed, Thu, Fri, Sat or Sun`)
  const wall = wallClock(zone)
  if (!wall) return wrong(`${zone} is no time zone that is known here, as Europe/Berlin or UTC`)
  return { value: { days, from, to, wall } }
}

function minutesOf(hours = '', minutes = ''): number | undefined {
  const all = Number(hours) * 60 + Number(minutes)
  return Number(minutes) < 60 && all <= dayMinutes ? all : undefined
}

/** The days that are named, or every day if none is; the name itself if it is not a day. */
function daysOf(first: string | undefined, last = first): ReadonlySet<number> | string {
  if (first === undefined || last === undefined) return new Set(dayNames.keys())
  const [from, to] = [first, last].map((name) => dayNames.findIndex((day) => day.toLowerCase() === name.toLowerCase()))
  if (from === undefined || from < 0) return first
  if (to === undefined || to < 0) return last
  // From Friday to Monday is over the end of the week.
  return new Set(Array.from({ length: ((to - from + 7) % 7) + 1 }, (_, index) => (from + index) % 7))
}

/** Undefined when there is no such zone. */
function wallClock(timeZone: string | undefined): Intl.DateTimeFormat | undefined {
  const parts = { weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const
  try {
    return new Intl.DateTimeFormat('en-US', { ...parts, ...(timeZone !== undefined && { timeZone }) })
  } catch {
    return undefined
  }
}

/** Whether a clock on the wall shows a time within the window. */
export function isWindowOpen({ spans }: UpWindow, wallMs: number): boolean {
  return spans.some(({ days, from, to, wall }) => {
    const { day, minute } = shownBy(wall, wallMs)
    if (from < to) return days.has(day) && minute >= from && minute < to
    return (days.has(day) && minute >= from) || (days.has((day + 6) % 7) && minute < to)
  })
}

function shownBy(wall: Intl.DateTimeFormat, wallMs: number): { readonly day: number; readonly minute: number } {
  const parts = Object.fromEntries(wall.formatToParts(wallMs).map(({ type, value }) => [type, value]))
  const day = dayNames.indexOf(parts['weekday'] as (typeof dayNames)[number])
  return { day, minute: Number(parts['hour']) * 60 + Number(parts['minute']) }
}

const minuteMs = 60_000
const hourMs = 60 * minuteMs
/** A week, and two days for a window that the change of the clock leaves out once. */
const lookHours = 9 * 24

/** When a closed window opens next; undefined when it does not within a week. */
export function windowOpensAt(window: UpWindow, wallMs: number): number | undefined {
  const next = (Math.floor(wallMs / minuteMs) + 1) * minuteMs
  for (let hour = next; hour < next + lookHours * hourMs; hour += hourMs) {
    // To ask for the time of each minute would take a second.
    if (!mayOpenWithinHour(window, hour)) continue
    for (let minute = hour; minute < hour + hourMs; minute += minuteMs) if (isWindowOpen(window, minute)) return minute
  }
  return undefined
}

/** By the clock on the wall, even if that is put forward meanwhile. */
function mayOpenWithinHour({ spans }: UpWindow, ms: number): boolean {
  return spans.some(({ from, wall }) => (from - shownBy(wall, ms).minute + dayMinutes) % dayMinutes <= 120)
}
