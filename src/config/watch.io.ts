/** Files that are read again when they change, without a restart. */
import { type BigIntStats, statSync } from 'node:fs'
import { refuseChangeable } from '../base/changeable.io.ts'
import { type Clock, IsconfError, type Log, type TrustedName, toIsconfError } from '../base/index.ts'
import { type ClosedMark, neverClosed } from './closed-mark.io.ts'
import { type HmacKeys, keysMissing, noHmacKeys, openToOthers, parseHmacKeys, shortKeys } from './hmac-keys.ts'
import { type Nets, noNets, parseNets } from './nets.ts'
import { asConfigError, readTextFile } from './text-file.io.ts'

/** New content counts within 10 seconds, as the manual promises; a look every 5 leaves time for the rest. */
export const lookEveryMs = 5_000

export interface WatchDeps {
  readonly clock: Clock
  readonly log: Log
}

/**
 * The keys as the file has them now, at most {@link lookEveryMs} old. A file that is bad, empty or missing at first is
 * a CONFIG failure, OPEN_TO_OTHERS where others can change it; later the last good content stays, and the log and the warnings say so. One that nobody `named`
 * need not be there, unless the domain was `closed` by it before, which is remembered.
 */
export function watchHmacKeys(
  path: string,
  named: boolean,
  deps: WatchDeps,
  closed: ClosedMark = neverClosed,
): Watching<HmacKeys> {
  const parse = (text: string): HmacKeys => {
    const keys = parseHmacKeys(text, path)
    closed.note(!keys.acceptsAny)
    return keys
  }
  const odd = (keys: HmacKeys): readonly string[] => [
    ...openToOthers(path, modeOf(path)),
    ...shortKeys(keys).map((text) => `${path}: ${text}`),
  ]
  if (statOf(path) === undefined) {
    if (named) throw keysMissing(`no such file: ${path}, which IS_HMAC_KEYS names`)
    if (closed.isSet()) throw keysMissing(`no such file: ${path}, which had the keys of the domain`)
  }
  return watchFile({ name: 'keys', path, named, deps, absent: noHmacKeys, parse, odd })
}

/** The nets file as it is now, in the manner of {@link watchHmacKeys}. */
export function watchNets(path: string | undefined, isPort: number, deps: WatchDeps): Watching<Nets> {
  if (path === undefined) return Object.assign(() => noNets, { warnings: () => [], expire: () => undefined })
  const parse = (text: string): Nets => parseNets(text, path, isPort)
  return watchFile({ name: 'nets', path, named: true, deps, absent: noNets, parse, odd: () => [] })
}

/** What a watched file has now. */
export interface Watching<Value> {
  (): Value
  /** What is odd about the file but no reason to stop: sentences for a person. */
  readonly warnings: () => readonly string[]
  /** The file may have changed: it is looked at when it is asked for next, however short ago that was. */
  readonly expire: () => void
}

interface Watched<Value> {
  /** Which of the paths that nobody else may change. */
  readonly name: TrustedName
  readonly path: string
  /** Whether a setting names the file. */
  readonly named: boolean
  readonly deps: WatchDeps
  /** What holds when the file isn't there from the start. */
  readonly absent: Value
  readonly parse: (text: string, path: string) => Value
  /** What is odd about what was read. */
  readonly odd: (value: Value) => readonly string[]
}

function watchFile<Value>({ name, path, named, deps, absent, parse, odd }: Watched<Value>): Watching<Value> {
  const { clock, log } = deps
  let seen = stampOf(path)
  let value = absent
  let warnings: readonly string[] = []
  let complaint: string | undefined
  let lookedMs = clock.monotonicMs()
  if (seen !== undefined) value = read()
  else if (named) log.warn({ path }, `no such file: ${path}; continuing without it`)

  const now = (): Value => {
    const nowMs = clock.monotonicMs()
    if (nowMs - lookedMs < lookEveryMs) return value
    lookedMs = nowMs
    look()
    return value
  }
  return Object.assign(now, {
    warnings: () => (complaint === undefined ? warnings : [complaint, ...warnings]),
    expire: () => {
      lookedMs = Number.NEGATIVE_INFINITY
    },
  })

  function look(): void {
    try {
      const now = stampOf(path)
      refuseChangeable(name, path)
      // What could not be used may be usable by now without having changed itself.
      if (now === seen && complaint === undefined) return
      seen = now
      // Gone is not empty: someone may be replacing it, and to go on without keys would open the domain to all.
      if (now === undefined) throw new IsconfError('CONFIG', `no such file: ${path}`)
      value = read()
      complaint = undefined
      log.info({ path }, `read again: ${path}`)
    } catch (error) {
      const message = `${toIsconfError(error).message}; what was read before stays in effect`
      // Said once, not at every look.
      if (message !== complaint) log.warn({ path }, message)
      complaint = message
    }
  }

  function read(): Value {
    refuseChangeable(name, path)
    const text = readTextFile(path)
    if (text === undefined) throw new IsconfError('CONFIG', `no such file: ${path}`)
    const parsed = parse(text, path)
    warnings = odd(parsed)
    for (const warning of warnings) log.warn({ path }, warning)
    return parsed
  }
}

/** Differs whenever the file's content may differ; undefined when there is no file. */
function stampOf(path: string): string | undefined {
  const stat = statOf(path)
  return stat && `${stat.dev}:${stat.ino}:${stat.size}:${stat.mtimeNs}:${stat.ctimeNs}`
}

function modeOf(path: string): number {
  return Number(statOf(path)?.mode ?? 0n) & 0o777
}

function statOf(path: string): BigIntStats | undefined {
  try {
    return statSync(path, { bigint: true, throwIfNoEntry: false })
  } catch (error) {
    throw asConfigError(path, error)
  }
}
