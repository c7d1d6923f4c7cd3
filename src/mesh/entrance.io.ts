/** How connections come about: what this host dials, what it accepts, and the admission of both. */
import type { TLSSocket } from 'node:tls'
import { endIfBroken, type Random } from '../base/index.ts'
import type { MeshAddress } from './address.ts'
import { MeshConnection } from './connection.io.ts'
import { type Dialed, dialTls } from './dial.io.ts'
import { Gate, type GateOptions, linkIdBytes, type Passed } from './gate.io.ts'
import { answerPurpose, askPurpose, type Purpose, type TlsIdentity } from './tls.io.ts'
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
    const limit = new AbortController()
    const timer = setTimeout(() => limit.abort(new Error(`no answer within ${dialMsMax} ms`)), dialMsMax)
    const any = AbortSignal.any([limit.signal, this.#closing.signal, ...(signal === undefined ? [] : [signal])])
    const linkId = this.#random.bytes(linkIdBytes)
    let asking: Passed | undefined
    try {
      const dialed = await dialTls(address, askPurpose, this.#identity, any)
      if (address.peer !== undefined && address.peer !== dialed.peer) {
        dialed.socket.destroy()
        throw new Error('another host answers there')
      }
      asking = await this.#enter(dialed, askPurpose, linkId, any)
      const there = { host: dialed.ip, port: address.port, peer: dialed.peer }
      const again = await dialTls(there, answerPurpose, this.#identity, any)
      const answering = await this.#enter(again, answerPurpose, linkId, any)
      if (again.peer !== dialed.peer) throw new Error('two hosts answer there')
      return [asking, answering]
    } catch (error) {
      asking?.connection.close(error as Error)
      throw any.aborted ? any.reason : error
    } finally {
      clearTimeout(timer)
    }
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
