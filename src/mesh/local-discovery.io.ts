/**
 * Finds the domain's hosts on the local network: each says by UDP, on the number of the mesh's TCP port, that it is here,
 * to the broadcast address of each of its networks; where it listens on IPv6, to all of the link as well.
 *
 * It is said often at first and after a loss, and rarely to a host that has company: nothing depends on its being heard.
 */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { networkInterfaces } from 'node:os'
import type { Cancel, Clock, Log, Random } from '../base/index.ts'
import { beaconBytesMax, decodeBeacon, encodeBeacon } from './beacon.ts'
import { HeardHosts } from './heard-hosts.ts'
import type { Strangers } from './strangers.ts'
import type { Transport } from './transport.ts'

export interface DiscoveryOptions {
  readonly transport: Transport
  readonly domain: string
  /** The address that the mesh listens on, such as 0.0.0.0. */
  readonly host: string
  /** The mesh's port; of UDP the same number is used. */
  readonly port: number
  /** How many more connections are wanted; undefined where everybody may know everybody. */
  readonly wanted?: () => number | undefined
  /** Hears when this host's keys may be others. */
  readonly onKeys?: (listener: () => void) => Cancel
  /** Hears of those that this host can't be meant by. */
  readonly strangers?: Strangers
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
}

/**
 * When to speak after a start, and after a peer was lost. The last time is when hosts that left the first dial to this
 * host dial, too.
 */
const firstWaitsMs = [0, 1_000, 3_000, 3_000]
const aloneEveryMs = 10_000
const inCompanyEveryMs = 60_000
/** For each peer, in larger company: more hosts together say no more. */
const perPeerMs = 20_000
/** Everybody on the link. */
const allOfLink = 'ff02::1'

export class LocalDiscovery {
  readonly #options: DiscoveryOptions
  readonly #socketByType = new Map<'udp4' | 'udp6', Socket>()
  readonly #hosts: HeardHosts
  #waits = [...firstWaitsMs]
  #cancel: Cancel = () => undefined
  #cancelPeers: Cancel = () => undefined
  #cancelKeys: Cancel = () => undefined

  private constructor(options: DiscoveryOptions) {
    this.#options = options
    this.#hosts = new HeardHosts(options)
  }

  /** Listens, and says that this host is here. A port that can't be had costs the discovery and nothing else. */
  static async open(options: DiscoveryOptions): Promise<LocalDiscovery> {
    const discovery = new LocalDiscovery(options)
    // A port that the system chooses is known to nobody: there is no number to say anything on.
    if (options.port === 0) return discovery
    const both = options.host === '::'
    if (both || !options.host.includes(':')) await discovery.#listen('udp4', '0.0.0.0')
    if (both || options.host.includes(':')) await discovery.#listen('udp6', '::')
    discovery.#cancelKeys = options.onKeys?.(() => discovery.#hosts.keysChanged()) ?? discovery.#cancelKeys
    discovery.#cancelPeers = options.transport.onPeer(({ type }) => {
      if (type === 'down') discovery.#sayAgain()
    })
    discovery.#sayAgain()
    return discovery
  }

  close(): void {
    this.#cancel()
    this.#cancelPeers()
    this.#cancelKeys()
    for (const socket of this.#socketByType.values()) socket.close()
    this.#socketByType.clear()
  }

  #listen(type: 'udp4' | 'udp6', address: string): Promise<void> {
    const { port, log } = this.#options
    // Several hosts may live on one machine, each with an address of its own.
    const socket = createSocket({ type, reuseAddr: true, ipv6Only: type === 'udp6' })
    return new Promise((resolve) => {
      const onFailure = (error: Error): void => {
        log.warn({ port, error: String(error) }, 'not looking for hosts on the local network')
        resolve()
      }
      socket.once('error', onFailure)
      socket.bind({ address, port }, () => {
        socket.off('error', onFailure)
        socket.on('error', (error) => log.debug({ error: String(error) }, 'local discovery'))
        socket.on('message', (bytes, from) => this.#heard(bytes, from))
        if (type === 'udp4') socket.setBroadcast(true)
        this.#socketByType.set(type, socket)
        resolve()
      })
    })
  }

  #sayAgain(): void {
    this.#cancel()
    this.#waits = [...firstWaitsMs]
    this.#wait()
  }

  #wait(): void {
    const { clock, random, transport } = this.#options
    const peers = transport.peers().length
    const everyMs = peers > 0 ? Math.max(inCompanyEveryMs, peers * perPeerMs) : aloneEveryMs
    // Spread, so that hosts that were switched on together do not speak together.
    const waitMs = this.#waits.shift() ?? everyMs / 2 + random.below(everyMs)
    this.#cancel = clock.after(waitMs, () => {
      this.#say()
      this.#wait()
    })
  }

  #say(): void {
    const { transport, domain, port, host } = this.#options
    const bytes = encodeBeacon(transport.self, port, domain)
    for (const [name, addresses] of Object.entries(networkInterfaces())) {
      for (const { family, address, netmask } of addresses ?? []) {
        if (family === 'IPv4' && (host === '0.0.0.0' || host === '::' || host === address)) {
          this.#send('udp4', bytes, broadcastOf(address, netmask))
        } else if (family === 'IPv6' && /^fe80:/i.test(address)) this.#send('udp6', bytes, `${allOfLink}%${name}`)
      }
    }
  }

  #send(type: 'udp4' | 'udp6', bytes: Uint8Array, to: string): void {
    // A network that can't be reached now is told again later.
    this.#socketByType.get(type)?.send(bytes, this.#options.port, to, () => undefined)
  }

  #heard(bytes: Uint8Array, { address }: RemoteInfo): void {
    const { transport, domain } = this.#options
    if (bytes.length > beaconBytesMax) return
    const beacon = decodeBeacon(bytes, domain)
    if (beacon === undefined) return
    const { peer, port, isOfDomain } = beacon
    if (!isOfDomain) {
      if (peer !== transport.self) this.#options.strangers?.heard(address)
      return
    }
    if (peer === transport.self) {
      this.#heardOwn(address, port)
      return
    }
    this.#hosts.heard(peer, address, port)
  }

  /** Something that this host has said itself, or that another machine with its key says. */
  #heardOwn(address: string, port: number): void {
    const plain = address.replace(/%.*/, '')
    const isHere = Object.values(networkInterfaces()).some((all) => all?.some((one) => one.address === plain))
    if (!isHere) this.#hosts.heardSelf(address, port)
  }
}

function broadcastOf(address: string, netmask: string): string {
  const mask = netmask.split('.').map(Number)
  const bytes = address.split('.').map((byte, index) => (Number(byte) | (~(mask[index] ?? 0) & 0xff)) >>> 0)
  return bytes.join('.')
}
