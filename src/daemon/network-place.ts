/** Where the process for the network is with IS_NETWORK=auto, and what is said where there is none. */
import { type ErrorCode, IsconfError } from '../base/index.ts'
import { type Config, type NetworkPlace, parseWebPlace, unitSocket } from '../config/index.ts'

/** What the choice depends on. */
export interface AroundDaemon {
  readonly isRoot: boolean
  /** Whether a service manager has started the daemon, and so should have made the socket, too. */
  readonly isService: boolean
  readonly hasSocket: boolean
}

/** A process to be tried, or none, with a sentence for a person where that is not as it should be. */
export type AutomaticPlace = { readonly place: NetworkPlace } | { readonly why: string | undefined }

/** Ports below 1024 are root's; 0 is any free one. */
const isPrivileged = (port: number): boolean => port > 0 && port < 1024

/** The settings with a port that not everybody may have; the package bank's is the daemon's in any case. */
export function privilegedPorts({ port, web }: Pick<Config, 'port' | 'web'>): readonly string[] {
  const parsed = parseWebPlace(web)
  const webPort = 'value' in parsed && parsed.value && 'port' in parsed.value ? parsed.value.port : 0
  const ports = { IS_PORT: port, IS_WEB: webPort }
  return Object.entries(ports).flatMap(([name, value]) => (isPrivileged(value) ? [`${name}=${value}`] : []))
}

/** With IS_NETWORK=auto. A plain user's daemon, and one where there is no systemd, has one process, and nothing to say. */
export function automaticPlace(
  config: Pick<Config, 'port' | 'web'>,
  { isRoot, isService, hasSocket }: AroundDaemon,
): AutomaticPlace {
  if (!isRoot || !(isService || hasSocket)) return { why: undefined }
  if (!hasSocket) return { why: asRoot('isconf-network.socket does not run', socketStatus) }
  const low = privilegedPorts(config)
  if (low.length === 0) return { place: { path: unitSocket } }
  return { why: asRoot(`${low.join(' and ')} is below 1024`, `IS_NETWORK=${unitSocket}, as isconf(8) says`) }
}

/** What is said in place of a failure with which the daemon goes on by itself; undefined of one that it can't mend. */
export function insteadOf(thrown: unknown): string | undefined {
  if (!(thrown instanceof IsconfError) || !mended.includes(thrown.code)) return undefined
  return asRoot(thrown.message, socketStatus)
}

/** Without a process that it can use, root's daemon does as well by itself. */
const mended: readonly ErrorCode[] = ['NETWORK_PROCESS', 'NETWORK_RELEASE', 'OPEN_TO_OTHERS', 'PORT_FORBIDDEN']

const socketStatus = "see systemctl status 'isconf-network*'"

function asRoot(why: string, cure: string): string {
  return `the daemon speaks to the network itself, as root: ${why}; ${cure}, and then isconf restart, or set IS_NETWORK=no`
}
