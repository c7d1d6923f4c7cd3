/** Joins the hooks that are told what happens to the daemon of this host. */
import { isNotifying } from '../../config/index.ts'
import type { HostDaemon } from '../host-daemon.ts'
import type { LiveConfig } from '../live-config.ts'
import { Notifier } from './notifier.ts'

export function startNotifier(live: Pick<LiveConfig, 'now' | 'host'>, daemon: HostDaemon): Notifier {
  const { events, identity, deps } = daemon
  const notifier = new Notifier({
    ...deps,
    events,
    domain: identity.domain,
    host: () => identity.host,
    isForDomain: () => isNotifying(live.now.notify, live.host()),
  })
  notifier.start()
  return notifier
}
