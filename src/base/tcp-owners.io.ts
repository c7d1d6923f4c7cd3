/** Whose TCP sockets on loopback are, as the kernel says. */
import { readFileSync } from 'node:fs'

/** A line of /proc/net/tcp, see proc_pid_net(5): the addresses in hexadecimal as the kernel has them in memory. */
interface TcpSocket {
  readonly local: string
  readonly localPort: number
  readonly remotePort: number
  readonly isListening: boolean
  readonly uid: number
  /** Which socket it is, of all that there are. */
  readonly inode: number
}

const listening = '0A'
/** Of IPv4, of IPv4 within IPv6, and every address of both. */
const loopbacks = ['0100007F', '0000000000000000FFFF00000100007F']
const everywhere = ['00000000', '0'.repeat(32)]

/** The sockets that listen on a port of 127.0.0.1, and whose they are; none when nobody does, or the kernel doesn't say. */
export function listenersOn(port: number): readonly Pick<TcpSocket, 'uid' | 'inode'>[] {
  const own = tcpSockets().filter((one) => one.isListening && one.localPort === port)
  return own
    .filter(({ local }) => [...loopbacks, ...everywhere].includes(local))
    .map(({ uid, inode }) => ({ uid, inode }))
}

/** Whose program has called from a port of 127.0.0.1 to one that listens there; undefined when it has gone. */
export function callerOf(fromPort: number, toPort: number): number | undefined {
  const isCall = ({ local, localPort, remotePort }: TcpSocket): boolean =>
    loopbacks.includes(local) && localPort === fromPort && remotePort === toPort
  return tcpSockets().find(isCall)?.uid
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
  const [, remotePort = ''] = to.split(':')
  if (uid === undefined) return []
  const ports = { localPort: Number.parseInt(localPort, 16), remotePort: Number.parseInt(remotePort, 16) }
  return [{ local, ...ports, isListening: state === listening, uid: Number(uid), inode: Number(inode) }]
}
