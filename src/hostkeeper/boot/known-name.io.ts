/** Waits for what a host may not know yet at boot: how it is called. */
import { existsSync } from 'node:fs'
import { systemClock } from '../../base/clock.io.ts'
import { IsconfError, sleep } from '../../base/index.ts'
import { namesOf } from '../../config/index.ts'
import { refuseUnnamed, resolveHost } from '../hosts-conf/index.ts'
import type { ProgramContext } from '../program/index.ts'
import { readHostsConf } from '../tree/index.ts'

/**
 * Comes back when hosts.conf of the current tree knows this host, or HOSTKEEPER_TIMEOUT has passed; what is wrong then
 * is told by whoever asks for the host. The names are asked for anew each time: DHCP may give them while this waits.
 */
export async function waitForName({ layout, settings, environment, say }: ProgramContext): Promise<void> {
  const endMs = performance.now() + settings.timeoutS * 1000
  let isSaid = false
  for (;;) {
    const missing = unnamed()
    if (missing === undefined || performance.now() > endMs) return
    if (!isSaid) say(`waiting up to ${settings.timeoutS} seconds: ${missing}`)
    isSaid = true
    await sleep(systemClock, askEveryMs)
  }

  function unnamed(): string | undefined {
    const names = namesOf({}, environment)
    try {
      // The first tree is yet to come.
      if (existsSync(layout.tree)) resolveHost(readHostsConf(layout.tree), names, (name) => environment[name])
      else refuseUnnamed(names)
    } catch (error) {
      if (error instanceof IsconfError && error.code === 'HOST_UNNAMED') return error.message
    }
    return undefined
  }
}

const askEveryMs = 500
