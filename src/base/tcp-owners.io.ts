/** Whose TCP sockets on loopback are, as the kernel says. */
import { readFileSync } from 'node:fs'
import type { CallerOf } from './caller-of.ts'

/** A line of /proc/net/tcp, see proc_pid_net(5): the addresses in hexadecimal as the kernel has them in memory. */
interface TcpSocket {
  readonly local: string
  readonly localPort: number
  readonly remote: string
  readonly remotePort: number
  readonly isListening: boolean
  readonly uid: number
}

const listening = '0A'
/** Of IPv4, of IPv4 within IPv6, and every address of both. */
const withinIpv6 = '0000000000000000FFFF0000'
const loopbacks = ['0100007F', `${withinIpv6}0100007F`]
const everywhere = ['00000000', '0'.repeat(32)]

/** The users whose programs listen on a port of 127.0.0.1; none when nobody does, or the kernel doesn't say. */
export function listenersOn(port: number): readonly number[] {
  const own = tcpSockets().filter((one) => one.isListening && one.localPort === port)
  return own.filter(({ local }) => [...loopbacks, ...everywhere].includes(local)).map(({ uid }) => uid)
}

/**
 * By the list of all connections. Both addresses and both ports have to be the connection's:
 * whoever has thousands of connections to another address has one from every port.
 */
export const callerOf: CallerOf = ({ remoteAddress, remotePort, localAddress, localPort }) => {
  const [callers, called] = [formsOf(remoteAddress), formsOf(localAddress)]
  const isCall = (one: TcpSocket): boolean =>
    one.localPort === remotePort &&
    one.remotePort === localPort &&
    callers.includes(one.local) &&
    called.includes(one.remote)
  return tcpSockets().find(isCall)?.uid
}

/** An address of IPv4 as the kernel writes it, alone and within IPv6. */
function formsOf(address = ''): readonly string[] {
  const parts = address.replace(/^::ffff:/, '').split('.')
  const bytes = parts.reverse().map((part) => Number(part).toString(16).padStart(2, '0'))
  const hex = bytes.join('').toUpperCase()
  return [hex, `${withinIpv6}${hex}`]
}

function tcpSockets(): readonly TcpSocket[] {
  return ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((path) => linesOf(path).slice(1).flatMap(parsed))
}

function linesOf(path: string): readonly string[] {
  try {
    return readFileSync(path, 'latin1').split('\n')
  } catch {
    // A kernel without IPv6, or a system without /proc.
    return []
  }
}

function parsed(line: string): readonly TcpSocket[] {
  const [, from = '', to = '', state, , , , uid, , inode] = line.trim().split(/\s+/)
  const [local = '', localPort = ''] = from.split(':')
  const [remote = '', remotePort = ''] = to.split(':')
  // What no program has any more is the kernel's, which says of it that it is root's.
  if (uid === undefined || inode === '0') return []
  const ports = { localPort: Number.parseInt(localPort, 16), remotePort: Number.parseInt(remotePort, 16) }
  return [{ local, remote, ...ports, isListening: state === listening, uid: Number(uid) }]
}
