/** IS_NETWORK: which process speaks to the network. */
import type { Setting } from './setting.ts'
import { type Parsed, parseAbsolutePath, wrong } from './values.ts'

/** A process of this user, or one that is started for each connection to this unix socket. */
export type NetworkPlace = { readonly user: string } | { readonly path: string }

/** Where isconf-network.socket listens. */
export const unitSocket = '/run/isconf/network.sock'

export const networkSetting: Setting<string> = {
  env: 'IS_NETWORK',
  form: '"auto", "no", user or absolute path',
  fallback: 'auto',
  describe: `Who speaks to the network: a process of its own that belongs to this user, and has no capabilities; or one that systemd starts and confines, for each connection to this unix socket; or, with \`no\`, the daemon itself. By default root's daemon uses \`${unitSocket}\`, of isconf-network.socket, where there is one and neither IS_PORT nor IS_WEB is below 1024, and speaks to the network itself otherwise. See SECURITY in isconf(8).`,
  needsRestart: true,
  parse: parseNetwork,
}

/** A place of the mesh; undefined for `no`, which is the daemon itself. */
export function parseNetworkPlace(text: string): Parsed<NetworkPlace | 'auto' | undefined> {
  if (text === 'no') return { value: undefined }
  if (text === 'auto') return { value: text }
  if (/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,31}$/.test(text)) return { value: { user: text } }
  const path = parseAbsolutePath(text)
  return 'value' in path
    ? { value: { path: path.value } }
    : { problem: wrong('auto, no, the name of a user, or the absolute path of a unix socket', text) }
}

/** The same as text: `auto`, `no`, a name, or a path. */
function parseNetwork(text: string): Parsed<string> {
  const parsed = parseNetworkPlace(text)
  return 'value' in parsed ? { value: text } : parsed
}
