/** What the daemon's end of the channel needs. */
import type { Duplex } from 'node:stream'
import type { Clock, Log } from '../base/index.ts'
import type { PeerEvent, PeerStream } from '../mesh/index.ts'
import type { Lend } from './fetched.ts'
import type { HandOver, ServedFiles } from './file-answers.ts'
import type { LocalServices } from './local/services.ts'

export type Serve = (stream: PeerStream) => Promise<void>

export interface SessionOptions {
  readonly socket: Duplex
  readonly clock: Clock
  readonly log: Log
  /** What answers a protocol, if anything does. */
  readonly serve: (protocol: string) => Serve | undefined
  /** What the process serves to programs of this host, and asks for them. */
  readonly local: LocalServices
  /** The files that the process may serve by itself. */
  readonly files?: ServedFiles | undefined
  /** Without it none are. */
  readonly handOver?: HandOver | undefined
  /** Without it no memory is lent. */
  readonly lend?: Lend | undefined
  readonly onPeer: (event: PeerEvent) => void
  readonly onOwnIdentity: (address: string) => void
  readonly onOver: (reason: Error) => void
}

/** A process that was started, and the socket to it. */
export interface NetworkProcess {
  readonly socket: Duplex
  /** Hands it open files, where that can be done. */
  readonly handOver?: HandOver | undefined
  /** Lends it memory for pieces of files, where that can be done. */
  readonly lend?: Lend | undefined
  /** Resolves when it has ended, with how and with what it said last, for people. */
  readonly ended: Promise<string>
  kill(): void
}
