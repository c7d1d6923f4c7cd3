/** How connections come about: what this host dials, what it accepts, and the admission of both. */
import type { TLSSocket } from 'node:tls'
import { endIfBroken, type Random } from '../base/index.ts'
import { type MeshAddress, parseAddress } from './address.ts'
import { MeshConnection } from './connection.io.ts'
import { type Dialed, dialTls } from './dial.io.ts'
import { Gate, type GateOptions, linkIdBytes, type Passed } from './gate.io.ts'
import { answerPurpose, askPurpose, filesPurpose, type Purpose, type TlsIdentity } from './tls.io.ts'
import type { PeerId } from './transport.ts'

export interface EntranceOptions extends GateOptions {
  readonly identity: TlsIdentity
  readonly random: Random
}

/** Nothing else bounds a dial: a peer that accepts and is silent would hold it for ever. */
const dialMsMax = 15_000

export class Entrance {
  readonly #identity: TlsIdentity
  readonly #random: Random
  readonly #gate: Gate
  readonly #open = new Set<MeshConnection>()
  readonly #closing = new AbortController()

  constructor(options: EntranceOptions) {
    this.#identity = options.identity
    this.#random = options.random
    this.#gate = new Gate(options)
  }

  /** Opens both connections of a link. Rejects with OwnAddressError, RefusedError, or what went wrong on the way. */
  async dial(address: MeshAddress, signal?: AbortSignal): Promise<readonly [Passed, Passed]> {
    const linkId = this.#random.bytes(linkIdBytes)
    return this.#within(signal, async (any) => {
      const [asking, ip] = await this.#dialOne(address, askPurpose, linkId, any)
      try {
        const there = { host: ip, port: address.port, peer: asking.connection.peer }
        const [answering] = await this.#dialOne(there, answerPurpose, linkId, any)
        return [asking, answering]
      } catch (error) {
        asking.connection.close(error as Error)
        throw error
      }
    })
  }

  /** Opens a connection for files to a host, at the first of its addresses that answers. Rejects as {@link dial} does. */
  async dialFiles(addresses: readonly string[]): Promise<MeshConnection> {
    const linkId = this.#random.bytes(linkIdBytes)
    let failure: unknown = new Error('the host has no address where it can be dialed')
    for (const address of addresses.flatMap((one) => parseAddress(one) ?? [])) {
      try {
        const dialed = await this.#within(undefined, (any) => this.#dialOne(address, filesPurpose, linkId, any))
        return dialed[0].connection
      } catch (error) {
        failure = error
      }
    }
    throw failure
  }

  async #within<T>(signal: AbortSignal | undefined, dial: (any: AbortSignal) => Promise<T>): Promise<T> {
    const limit = new AbortController()
    const timer = setTimeout(() => limit.abort(new Error(`no answer within ${dialMsMax} ms`)), dialMsMax)
    const any = AbortSignal.any([limit.signal, this.#closing.signal, ...(signal === undefined ? [] : [signal])])
    try {
      return await dial(any)
    } catch (error) {
      throw any.aborted ? any.reason : error
    } finally {
      clearTimeout(timer)
    }
  }

  /** An admitted connection, and the IP address that answered. */
  async #dialOne(
    address: MeshAddress,
    purpose: Purpose,
    linkId: Uint8Array,
    signal: AbortSignal,
  ): Promise<readonly [Passed, string]> {
    const dialed = await dialTls(address, purpose, this.#identity, signal)
    if (address.peer !== undefined && address.peer !== dialed.peer) {
      dialed.socket.destroy()
      throw new Error('another host answers there')
    }
    return [await this.#enter(dialed, purpose, linkId, signal), dialed.ip]
  }

  /** Admits who has dialed; undefined when it is not admitted, which is noted and told. */
  async accept(socket: TLSSocket, peer: PeerId, purpose: Purpose): Promise<Passed | undefined> {
    try {
      return await this.#pass(new MeshConnection({ socket, peer, purpose, dialed: false }), new Uint8Array(linkIdBytes))
    } catch (error) {
      endIfBroken(error)
      socket.destroy()
      return undefined
    }
  }

  /** Ends all that is not admitted yet, and admits nothing more. */
  close(reason: Error): void {
    this.#closing.abort(reason)
    for (const connection of [...this.#open]) connection.close(reason)
  }

  async #enter({ socket, peer }: Dialed, purpose: Purpose, linkId: Uint8Array, signal: AbortSignal): Promise<Passed> {
    const connection = new MeshConnection({ socket, peer, purpose, dialed: true })
    const onAbort = (): void => connection.close(signal.reason as Error)
    signal.addEventListener('abort', onAbort)
    try {
      return await this.#pass(connection, linkId)
    } finally {
      signal.removeEventListener('abort', onAbort)
    }
  }

  async #pass(connection: MeshConnection, linkId: Uint8Array): Promise<Passed> {
    this.#open.add(connection)
    try {
      this.#closing.signal.throwIfAborted()
      return await this.#gate.pass(connection, linkId)
    } finally {
      this.#open.delete(connection)
    }
  }
}
