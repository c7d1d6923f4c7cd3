/** The mesh of this daemon: in this process, or in one of its own, as IS_NETWORK says. */
import type { KeyObject } from 'node:crypto'
import { type BankServer, type BankSource, serveBank } from '../bank/index.ts'
import { refuseChangeable } from '../base/changeable.io.ts'
import { type Cancel, type Clock, IsconfError, type Log, type Random } from '../base/index.ts'
import { type Config, type HmacKeys, type NetworkPlace, parseNetworkPlace } from '../config/index.ts'
import { systemCalls } from '../machine/index.ts'
import { LocalDiscovery, openTls, type Stranger, Strangers, type Transport } from '../mesh/index.ts'
import { NetworkTransport, startNetwork } from '../network/index.ts'
import type { WantedConnections } from './meeting.ts'

/** Ports below this one are root's. */
const privilegedPortsEnd = 1024

interface MeshOptions {
  readonly config: Config
  readonly domain: string
  readonly keys: () => HmacKeys
  /** Hears when they may be others. */
  readonly onKeys: (listener: () => void) => Cancel
  readonly hostKey: KeyObject
  /** As PEM. */
  readonly certificate: string
  /** Another machine has this host's key. */
  readonly onOwnIdentity: (address: string) => void
  /** The program that was started for the network is of another release than this one. */
  readonly onOtherRelease: () => void
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
}

export interface MeshHere {
  readonly transport: Transport
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
  /** By which socket the network process serves it; undefined where this process does, or nobody. */
  readonly bankSocket: () => number | undefined
}

/** PORT_TAKEN when something else listens there, PORT_FORBIDDEN when the user may not; NETWORK_PROCESS, NETWORK_RELEASE and CONFIG when there can be no such process. */
export function openMesh(options: MeshOptions): Promise<MeshHere> {
  const { network } = options.config
  const parsed = parseNetworkPlace(network)
  if ('problem' in parsed) throw new IsconfError('CONFIG', `IS_NETWORK ${parsed.problem}`)
  return parsed.value === undefined ? inThisProcess(options) : inItsOwn(options, parsed.value)
}

async function inThisProcess({ config, ...options }: MeshOptions): Promise<MeshHere> {
  const { clock, random, log, domain } = options
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
    warnings: () => [],
    discover: async ({ count }) => {
      const discovery = await LocalDiscovery.open({
        ...where,
        transport,
        domain,
        wanted: count,
        strangers,
        clock,
        random,
        log,
      })
      return () => discovery.close()
    },
    serveBank: (port, source) => serveBank({ port, source, clock, log }),
    bankSocket: () => undefined,
  }
}

async function inItsOwn(options: MeshOptions, place: NetworkPlace): Promise<MeshHere> {
  const { config, keys, onKeys, hostKey, clock, log, onOwnIdentity, onOtherRelease } = options
  // Whoever answers there is given this host's key.
  if ('path' in place) refuseChangeable('network', place.path)
  const mayTakeLowPorts = [config.port, config.httpPort].some((port) => port !== 0 && port < privilegedPortsEnd)
  let wantedNow: (() => number | undefined) | undefined
  const transport = await NetworkTransport.open({
    ...{ domain: options.domain, certificate: options.certificate, host: config.listen, port: config.port },
    ...{ hostKey, clock, log, onOwnIdentity, onOtherRelease, onSettings: onKeys },
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
    serveBank: (port, source) => transport.local.serveBank(port, source),
    bankSocket: () => transport.local.bankSocket(),
  }
}
