/**
 * A host that can't take part in a domain yet runs its daemon all the same: that answers, says what is missing and what
 * to do, and begins by itself as soon as it is done.
 */
import { join } from 'node:path'
import { systemClock } from '../base/clock.io.ts'
import { type ErrorCode, type IsconfError, type Log, sleep, toIsconfError } from '../base/index.ts'
import { type Config, loadConfig } from '../config/index.ts'
import { socketName } from '../control/index.ts'
import { serveWaiting } from './http/waiting-server.io.ts'
import { leaveWith } from './leave.io.ts'

/** The failures with which a daemon waits; any other one ends it. */
const waitsWith: readonly ErrorCode[] = ['DOMAIN_MISSING', 'OTHER_DOMAIN']
/** How often it is checked whether the domain has been set: whoever has just set it should not wait for long. */
const lookEveryMs = 1_000

export interface WaitingDeps {
  readonly configPath: string | undefined
  readonly release: string
  readonly log: Log
  readonly onStop: (after: undefined) => void
  readonly onRestart: (after: undefined) => Promise<boolean>
  /** The daemon answers. */
  readonly onReady: () => Promise<void>
  /** Called when what it waited for is there: callers wait while it opens everything. */
  readonly onGoesOn: () => Promise<void>
  /** Resolves when it is to end. */
  readonly ended: Promise<unknown>
}

/** Calls `open` with the configuration once the host is ready. Undefined if the daemon is told to end before that. */
export async function openWhenReady<T>(
  started: Config,
  open: (config: Config) => Promise<T>,
  deps: WaitingDeps,
): Promise<T | undefined> {
  for (let config = started; ; ) {
    try {
      return await open(config)
    } catch (thrown) {
      const failure = toIsconfError(thrown)
      if (!waitsWith.includes(failure.code)) throw thrown
      const next = await wait(config, failure, deps)
      if (!next) return undefined
      config = next
    }
  }
}

/** Answers until the domain has changed or the other one was left. Returns the configuration at that moment. */
async function wait(config: Config, first: IsconfError, deps: WaitingDeps): Promise<Config | undefined> {
  const { configPath, release, log } = deps
  let failure = first
  let hasLeft = false
  let ended = false
  void deps.ended.then(() => {
    ended = true
  })
  const close = await serveWaiting({
    ...deps,
    socketPath: join(config.home, socketName),
    failure: () => failure,
    status: () => ({ host: config.host.short, release, pid: process.pid, domain: config.domain ?? null }),
    onLeave: async (user, domain) => {
      const answer = await leaveWith(config, user, domain)
      hasLeft = true
      return answer
    },
  })
  log.warn({ code: first.code }, `waiting: ${first.message}; ${first.hint}`)
  await deps.onReady()
  try {
    for (;;) {
      await Promise.race([sleep(systemClock, lookEveryMs), deps.ended])
      if (ended) return undefined
      try {
        const now = loadConfig({ configPath })
        if (hasLeft || (now.domain !== undefined && now.domain.name !== config.domain?.name)) {
          await deps.onGoesOn()
          return now
        }
        failure = first
      } catch (thrown) {
        failure = toIsconfError(thrown)
      }
    }
  } finally {
    await close()
  }
}
