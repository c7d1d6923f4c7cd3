/** Waits for what may not be there yet at boot: a server, a route, or what this host is called. */
import { existsSync } from 'node:fs'
import { systemClock } from '../../base/clock.io.ts'
import { type ErrorCode, IsconfError, sleep } from '../../base/index.ts'
import { namesOf } from '../../config/index.ts'
import { refuseUnnamed, resolveHost } from '../hosts-conf/index.ts'
import type { ProgramContext } from '../program/index.ts'
import { readHostsConf } from '../tree/index.ts'

/** Does `work` again while it fails with `code`, for HOSTKEEPER_TIMEOUT seconds at most. */
export async function patiently<T>(
  { settings, say }: Pick<ProgramContext, 'settings' | 'say'>,
  code: ErrorCode,
  work: () => T | Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const endMs = performance.now() + settings.timeoutS * 1000
  for (let tries = 1; ; tries += 1) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof IsconfError) || error.code !== code || performance.now() > endMs) throw error
      if (tries === 1) say(`trying again for up to ${settings.timeoutS} seconds: ${error.message}`)
      await sleep(systemClock, askEveryMs, signal)
    }
  }
}

const askEveryMs = 500

/**
 * Comes back when hosts.conf of the current tree knows this host, or HOSTKEEPER_TIMEOUT has passed; what is wrong then
 * is told by whoever asks for the host. The names are asked for anew each time: DHCP may give them while this waits.
 */
export async function waitForName(context: ProgramContext): Promise<void> {
  const { layout, environment } = context
  const lookUp = (): void => {
    const names = namesOf({}, environment)
    // The first tree is yet to come.
    if (existsSync(layout.tree)) resolveHost(readHostsConf(layout.tree), names, (name) => environment[name])
    else refuseUnnamed(names)
  }
  await patiently(context, 'HOST_UNNAMED', lookUp).catch(() => undefined)
}
