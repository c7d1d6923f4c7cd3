/** What of this host is read at the moment when it is used. */
import { commandHost, commandVariables } from '../config/index.ts'
import type { Identity } from './daemon-deps.ts'
import type { LiveConfig } from './live-config.ts'

/** Who this host is, by its short name; it may be renamed while its daemon runs. */
export function liveIdentity(live: LiveConfig, others: Omit<Identity, 'host' | 'fullName'>): Identity {
  return {
    get host() {
      return live.host().short
    },
    get fullName() {
      return live.host().fqdn
    },
    ...others,
  }
}

/** What every command gets, as it is set at each moment. */
export function environmentOf(live: LiveConfig): () => Record<string, string> {
  const here = commandHost()
  const { home, domain, volroot } = live.started
  return () => {
    const host = live.host()
    return commandVariables({ ...live.now, variables: live.variables(), home, domain, volroot, host }, here)
  }
}
