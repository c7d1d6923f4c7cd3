/** The mesh of this daemon: in this process, or in one of its own, as IS_NETWORK says. */
import type { KeyObject } from 'node:crypto'
import { existsSync } from 'node:fs'
import { type BankServer, type BankSource, bankConnections, serveBank } from '../bank/index.ts'
import { refuseChangeable } from '../base/changeable.io.ts'
import { type Cancel, type Clock, IsconfError, type Log, type Random } from '../base/index.ts'
import {
  type Config,
  type HmacKeys,
  type NetworkPlace,
  parseNetworkPlace,
  unitSocket,
  type WebPlace,
} from '../config/index.ts'
import { systemCalls, tcpCaller } from '../machine/index.ts'
import { LocalDiscovery, openTls, type Stranger, Strangers } from '../mesh/index.ts'
import type { ServedFiles } from '../network/index.ts'
import { daemonSide, type ReadingClient } from '../page/index.ts'
import type { FetchingTransport } from '../transfer/index.ts'
import type { WantedConnections } from './meeting.ts'
import { automaticPlace, insteadOf, privilegedPorts } from './network-place.ts'

interface MeshOptions {
  readonly config: Config
  readonly domain: string
  readonly keys: () => HmacKeys
  /** Hears when they may be others. */
  readonly onKeys: (listener: () => void) => Cancel
  readonly hostKey: KeyObject
  /** As PEM. */
  readonly certificate: string
  /** What a process of its own serves by itself. */
  readonly files: ServedFiles
  /** Another machine has this host's key. */
  readonly onOwnIdentity: (address: string) => void
  /** The program that was started for the network is of another release than this one. */
  readonly onOtherRelease: () => void
  /** Whether a service manager has started this daemon. */
  readonly isService: boolean
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
}

/** The page that is served, in this process or in that of the network. */
export interface PageServing {
  /** `http://127.0.0.1:PORT`, or the path of the socket. WEB_ADDRESS while it can't be had. */
  address(): string
  /** The path, after the address, that logs in whoever opens it: once, and within minutes. */
  newLink(): string
  close(): Promise<void>
}

export interface MeshHere {
  readonly transport: FetchingTransport
  /** Where others can dial this host, each with its peer id. */
  readonly addresses: () => readonly string[]
  /** Connections that came to nothing at admission. */
  readonly refused: () => number
  /** Who was not admitted lately. */
  readonly strangers: () => readonly Stranger[]
  readonly warnings: () => readonly string[]
  /** Looks for hosts on the local network, of which so many more are wanted, until the function that it gives is called. */
  readonly discover: (wanted: WantedConnections) => Promise<() => void>
  /** Serves the package bank at a port of 127.0.0.1; resolves when it answers, or has found its port taken. */
  readonly serveBank: (port: number, source: BankSource) => Promise<BankServer>
  /** Serves the page, which reads from `client`. WEB_ADDRESS when it can't be had. */
  readonly servePage: (place: WebPlace, client: ReadingClient) => Promise<PageServing>
}

/** PORT_TAKEN when something else listens there, PORT_FORBIDDEN when the user may not; NETWORK_PROCESS, NETWORK_RELEASE and CONFIG when there can be no such process. */
export async function openMesh(options: MeshOptions): Promise<MeshHere> {
  const { network } = options.config
  const parsed = parseNetworkPlace(network)
  if ('problem' in parsed) throw new IsconfError('CONFIG', `IS_NETWORK ${parsed.problem}`)
  if (parsed.value === 'auto') return automatic(options)
  return parsed.value === undefined ? inThisProcess(options) : inItsOwn(options, parsed.value)
}

/**
 * In a process of its own where systemd has one for root's daemon. Where that can't be used, the daemon does without it
 * and says so: a host that nobody reaches would get no change that mends it. This is decided here and not again while
 * the daemon runs, so nothing that comes from the network can bring it about.
 */
async function automatic(options: MeshOptions): Promise<MeshHere> {
  const { config, isService, log } = options
  const isRoot = process.getuid?.() === 0
  const choice = automaticPlace(config, { isRoot, isService, hasSocket: existsSync(unitSocket) })
  let why: string | undefined
  if ('place' in choice) {
    try {
      return await inItsOwn(options, choice.place)
    } catch (thrown) {
      why = insteadOf(thrown)
      if (why === undefined) throw thrown
    }
  } else why = choice.why
  if (why !== undefined) log.warn({}, why)
  return inThisProcess(options, why)
}

async function inThisProcess({ config, ...options }: MeshOptions, warning?: string): Promise<MeshHere> {
  const { clock, random, log, domain, onKeys } = options
  const where = { host: config.listen, port: config.port }
  const strangers = new Strangers(clock)
  const transport = await openTls({
    ...{ ...options, ...where, strangers },
    setSegmentMax: systemCalls().calls?.setSegmentMax,
  })
  return {
    transport,
    addresses: () => transport.addresses(),
    refused: () => Object.values(transport.refusalCounts()).reduce((sum, count) => sum + count, 0),
    strangers: () => strangers.all(),
    warnings: () => (warning === undefined ? [] : [warning]),
    discover: async ({ count }) => {
      const discovery = await LocalDiscovery.open({
        ...where,
        transport,
        domain,
        wanted: count,
        onKeys,
        strangers,
        clock,
        random,
        log,
      })
      return () => discovery.close()
    },
    serveBank: (port, source) =>
      serveBank({ port, connections: bankConnections({ source, log }), callerOf: tcpCaller, clock, log }),
    servePage: (place, client) => pageHere(place, client, log),
  }
}

async function pageHere(place: WebPlace, client: ReadingClient, log: Log): Promise<PageServing> {
  // Only here: a daemon without a page needs no templates in its memory.
  const { serveWeb } = await import('../web/index.ts')
  const server = await serveWeb({ place, client, callerOf: tcpCaller, log })
  return { ...server, address: () => server.address }
}

async function inItsOwn(options: MeshOptions, place: NetworkPlace): Promise<MeshHere> {
  const { config, keys, onKeys, hostKey, clock, random, log, files, onOwnIdentity, onOtherRelease } = options
  // Whoever answers there is given this host's key.
  if ('path' in place) refuseChangeable('network', place.path)
  const mayTakeLowPorts = privilegedPorts(config).length > 0
  let wantedNow: (() => number | undefined) | undefined
  // Only here: most daemons speak to the network themselves.
  const { NetworkTransport, startNetwork } = await import('../network/index.ts')
  const transport = await NetworkTransport.open({
    ...{ domain: options.domain, certificate: options.certificate, host: config.listen, port: config.port },
    ...{ hostKey, clock, log, files, onOwnIdentity, onOtherRelease, onSettings: onKeys },
    settings: () => ({ keys: keys(), discovers: wantedNow !== undefined, wanted: wantedNow?.() }),
    startProcess: () => startNetwork(place, { mayTakeLowPorts }),
  })
  return {
    transport,
    addresses: () => transport.facts().addresses,
    refused: () => transport.facts().refused,
    strangers: () => transport.facts().strangers,
    warnings: () => transport.warnings(),
    discover: async (wanted) => {
      wantedNow = wanted.count
      transport.tellSettings()
      return wanted.onChange(() => transport.tellSettings())
    },
    serveBank: (port, source) =>
      serveBank({ port, connections: transport.local.bankConnections(source, log), callerOf: tcpCaller, clock, log }),
    servePage: async (place, client) => {
      // The network process makes no files, and this socket is root's alone, as the control socket is.
      if ('path' in place) return pageHere(place, client, log)
      const side = daemonSide({ client, clock, random })
      const server = await transport.local.servePage(place.port, side)
      // That it can't be had is said at once.
      server.address()
      return { ...server, newLink: side.newLink }
    },
  }
}
