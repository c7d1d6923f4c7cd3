/**
 * Opens a TLS connection to an address. All addresses of a name are tried, each a moment after the one before, so that
 * a dead one does not block a live one behind it. None is given up before the caller's limit, because a round trip may
 * take long on a slow line.
 */
import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { connect, type TLSSocket } from 'node:tls'
import type { MeshAddress } from './address.ts'
import { dialOptions, type Purpose, peerOf, type TlsIdentity } from './tls.io.ts'
import type { PeerId } from './transport.ts'

/** How long an address has the line to itself before the next one is tried as well. */
const staggerMs = 300
/** As much as one record of TLS carries, and some more. */
const readBytes = 64 * 1024

export interface Dialed {
  readonly socket: TLSSocket
  readonly peer: PeerId
  /** The address that answered; undefined when it was reached over another host. */
  readonly ip?: string
  /** The host over which it was reached. */
  readonly via?: PeerId
}

/** The IP addresses of a name. */
type Resolve = (name: string, signal: AbortSignal) => Promise<readonly string[]>

export interface DialOptions {
  readonly resolve?: Resolve
  /** Takes what comes; then there is no 'data'. */
  readonly into?: ReadInto
}

/** Where what comes on a connection goes. */
export interface ReadInto {
  /** Where what comes next is wanted; undefined where that is not known yet. */
  memory(): Uint8Array | undefined
  /** Takes what came: in that memory, or in some that is the connection's own again when it returns. */
  take(bytes: Uint8Array): void
}

/** Resolves with the first connection that is secure. `signal` bounds it: nothing else does. */
export async function dialTls(
  address: MeshAddress,
  purpose: Purpose,
  identity: TlsIdentity,
  signal: AbortSignal,
  { resolve = addressesOf, into }: DialOptions = {},
): Promise<Dialed> {
  const ips = isIP(address.host.replace(/%.*$/, '')) === 0 ? await resolve(address.host, signal) : [address.host]
  const { socket, ip } = await firstOf(ips, (one) => open(one, address.port, purpose, identity, into), signal)
  try {
    if (socket.alpnProtocol !== purpose) throw new Error('the other side is no host of ISconf')
    return { socket, ip, peer: peerOf(socket) }
  } catch (error) {
    socket.destroy()
    throw error
  }
}

async function addressesOf(name: string, signal: AbortSignal): Promise<readonly string[]> {
  const found = lookup(name, { all: true })
  // A resolver that does not answer can't be stopped; it is waited for no longer.
  found.catch(() => undefined)
  const aborted = new Promise<never>((_, reject) => {
    if (signal.aborted) reject(signal.reason)
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
  return (await Promise.race([found, aborted])).map(({ address }) => address)
}

interface Attempt {
  readonly socket: TLSSocket
  readonly ip: string
}

/** The first of these addresses that a connection becomes secure with; if there is none, the last failure. */
function firstOf(ips: readonly string[], begin: (ip: string) => TLSSocket, signal: AbortSignal): Promise<Attempt> {
  return new Promise((resolve, reject) => {
    const open = new Set<TLSSocket>()
    const waiting = [...ips]
    let timer: NodeJS.Timeout | undefined
    const end = (winner?: TLSSocket): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
      waiting.length = 0
      for (const socket of open) if (socket !== winner) socket.destroy()
    }
    const onAbort = (): void => {
      end()
      reject(signal.reason)
    }
    const next = (failure: Error): void => {
      clearTimeout(timer)
      const ip = waiting.shift()
      if (ip === undefined) {
        if (open.size === 0) {
          end()
          reject(failure)
        }
        return
      }
      const socket = begin(ip)
      open.add(socket)
      socket.on('error', (error) => {
        if (open.delete(socket)) next(error)
      })
      socket.once('close', () => {
        if (open.delete(socket)) next(new Error('the other side hung up'))
      })
      socket.once('secureConnect', () => {
        if (!open.delete(socket)) return
        end(socket)
        resolve({ socket, ip })
      })
      timer = setTimeout(() => next(failure), staggerMs)
    }
    signal.addEventListener('abort', onAbort)
    if (signal.aborted) onAbort()
    else next(new Error('the name has no address'))
  })
}

function open(host: string, port: number, purpose: Purpose, identity: TlsIdentity, into?: ReadInto): TLSSocket {
  const own = new Uint8Array(into ? readBytes : 0)
  const onread = into && {
    buffer: () => into.memory() ?? own,
    callback: (count: number, buffer: Uint8Array): boolean => {
      into.take(buffer.subarray(0, count))
      return true
    },
  }
  return connect({ ...dialOptions(identity, purpose), host, port, ...(onread && { onread }) }).setNoDelay(true)
}

/** What a failed dial says to a person. */
export function dialFailure(error: unknown): string {
  const { message, code } = error as NodeJS.ErrnoException
  const isOther = /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|NO_APPLICATION_PROTOCOL/.test(String(code))
  return isOther ? `the other side speaks another protocol, as a host of another release does (${code})` : message
}
