/** A record of the log as one line for a person: what journald and syslog are given. */
import { inOneLine } from '../../base/index.ts'

/** A longer line would be cut by the one who keeps it, without a word. */
export const lineCharactersMax = 8_000

/** Syslog's severities, by pino's levels. */
const severityByLevel: Readonly<Record<number, number>> = { 10: 7, 20: 7, 30: 6, 40: 4, 50: 3, 60: 2 }
const infoSeverity = 6

/** `<severity>message key=value …`; both journald and `logger --prio-prefix` read the prefix. */
export function logLine(record: Readonly<Record<string, unknown>>): string {
  const { level, msg, time: _, ...facts } = record
  const severity = severityByLevel[Number(level)] ?? infoSeverity
  const words = Object.entries(facts).map(
    ([name, value]) => `${name}=${shown(name === 'err' ? reasonOf(value) : value)}`,
  )
  const text = [inOneLine(String(msg ?? '')), ...words].join(' ')
  return `<${severity}>${text.length > lineCharactersMax ? `${text.slice(0, lineCharactersMax - 1)}…` : text}`
}

/** A value without spaces as it is, any other as JSON: so it is always clear where a value ends. */
function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
  return inOneLine(/^[^\s"=\p{Cc}]+$/u.test(text) ? text : JSON.stringify(text))
}

/** For a bug, the stack is what is needed. */
function reasonOf(error: unknown): unknown {
  return (error as { stack?: unknown } | null)?.stack ?? error
}
