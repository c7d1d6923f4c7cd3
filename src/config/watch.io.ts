/** Files that are read again when they change, without a restart. */
import { type BigIntStats, statSync } from 'node:fs'
import { type Clock, IsconfError, type Log, toIsconfError } from '../base/index.ts'
import { type HmacKeys, noHmacKeys, parseHmacKeys } from './hmac-keys.ts'
import { type Nets, noNets, parseNets } from './nets.ts'
import { asConfigError, readTextFile } from './text-file.io.ts'

/** New content counts within 10 seconds, as the manual promises; a look every 5 leaves time for the rest. */
export const lookEveryMs = 5_000

export interface WatchDeps {
  readonly clock: Clock
  readonly log: Log
}

/**
 * The keys as the file has them now, at most {@link lookEveryMs} old. A file that is bad at first is
 * a CONFIG failure; later the last good content stays, and the log says so. Without a path: no keys.
 */
export function watchHmacKeys(path: string | undefined, deps: WatchDeps): () => HmacKeys {
  if (path === undefined) return () => noHmacKeys
  return watchFile({ path, deps, absent: noHmacKeys, parse: parseHmacKeys, isSecret: true })
}

/** The nets file as it is now, in the manner of {@link watchHmacKeys}. */
export function watchNets(path: string | undefined, isPort: number, deps: WatchDeps): () => Nets {
  if (path === undefined) return () => noNets
  return watchFile({ path, deps, absent: noNets, parse: (text) => parseNets(text, path, isPort), isSecret: false })
}

interface Watched<Value> {
  readonly path: string
  readonly deps: WatchDeps
  /** What holds when the file isn't there from the start. */
  readonly absent: Value
  readonly parse: (text: string, path: string) => Value
  /** Whether others than its owner should not be able to read it. */
  readonly isSecret: boolean
}

function watchFile<Value>({ path, deps, absent, parse, isSecret }: Watched<Value>): () => Value {
  const { clock, log } = deps
  let seen = stampOf(path)
  let value = absent
  let complaint = ''
  let lookedMs = clock.monotonicMs()
  if (seen === undefined) log.warn({ path }, `no such file: ${path}; going on without it`)
  else value = read()

  return () => {
    const nowMs = clock.monotonicMs()
    if (nowMs - lookedMs < lookEveryMs) return value
    lookedMs = nowMs
    look()
    return value
  }

  function look(): void {
    try {
      const now = stampOf(path)
      if (now === seen) return
      seen = now
      // Gone is not empty: someone may be replacing it, and to go on without keys would open the domain to all.
      if (now === undefined) throw new IsconfError('CONFIG', `no such file: ${path}`)
      value = read()
      complaint = ''
      log.info({ path }, `read again: ${path}`)
    } catch (error) {
      const { message } = toIsconfError(error)
      // Said once, not at every look.
      if (message !== complaint) log.warn({ path }, `${message}; what was read before stays in force`)
      complaint = message
    }
  }

  function read(): Value {
    const text = readTextFile(path)
    if (text === undefined) throw new IsconfError('CONFIG', `no such file: ${path}`)
    const parsed = parse(text, path)
    const mode = modeOf(path)
    if (isSecret && (mode & 0o077) !== 0) {
      log.warn({ path }, `${path} is open to others (mode ${mode.toString(8)}): chmod 600 ${path}`)
    }
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
