/** How connections come about: what this host dials, what it accepts, and the admission of both. */
import { setTimeout as pause } from 'node:timers/promises'
import { endIfBroken, type Random } from '../base/index.ts'
import { type MeshAddress, parseAddress, parseRelayed, type RelayedAddress } from './address.ts'
import type { Admitted } from './admitted.ts'
import { type ConnectionFacts, MeshConnection } from './connection.io.ts'
import { dialTls } from './dial.io.ts'
import { Gate, type GateOptions, linkIdBytes, type Passed } from './gate.io.ts'
import { RefusedError } from './refused-error.ts'
import { openRelayed } from './relay.ts'
import { dialRelayed } from './relayed-tls.io.ts'
import { answerPurpose, askPurpose, filesPurpose, type Purpose, type TlsIdentity } from './tls.io.ts'
import type { Transport } from './transport.ts'

export interface EntranceOptions extends Omit<GateOptions, 'hasMet'> {
  readonly identity: TlsIdentity
  readonly random: Random
  /** Hears of everybody who has passed. */
  readonly admitted: Admitted
  /** By which another host is asked for a connection to one that it reaches. */
  readonly transport: Transport
}

/** Nothing else bounds a dial: a peer that accepts and stays silent would hold it for ever. */
const dialMsMax = 15_000
/** How long an address has for itself when a file is wanted: there may be another way, and who waits for it has little time. */
const nextAddressMs = 1_000

export class Entrance {
  readonly #identity: TlsIdentity
  readonly #random: Random
  readonly #transport: Transport
  readonly #gate: Gate
  readonly #admitted: Admitted
  readonly #open = new Set<MeshConnection>()
  readonly #closing = new AbortController()

  constructor(options: EntranceOptions) {
    this.#identity = options.identity
    this.#random = options.random
    this.#transport = options.transport
    this.#admitted = options.admitted
    this.#gate = new Gate({ ...options, hasMet: (peer) => options.admitted.hasMet(peer) })
  }

  /** Opens both connections of a link. Rejects with OwnAddressError, RefusedError, or what went wrong on the way. */
  async dial(address: MeshAddress | RelayedAddress, signal?: AbortSignal): Promise<readonly [Passed, Passed]> {
    const linkId = this.#random.bytes(linkIdBytes)
    return this.#within(signal, async (any) => {
      const [asking, there] = await this.#dialOne(address, askPurpose, linkId, any)
      try {
        const [answering] = await this.#dialOne(there, answerPurpose, linkId, any)
        return [asking, answering]
      } catch (error) {
        asking.connection.close(error as Error)
        throw error
      }
    })
  }

  /**
   * Opens a connection for files to a host, at one of its addresses: the next one is tried when one before has failed, or
   * takes long. Rejects as {@link dial} does.
   */
  async dialFiles(addresses: readonly string[]): Promise<MeshConnection> {
    const linkId = this.#random.bytes(linkIdBytes)
    const over = new AbortController()
    const attempts: Promise<MeshConnection>[] = []
    for (const address of addresses.flatMap((one) => parseAddress(one) ?? parseRelayed(one) ?? [])) {
      const attempt = this.#within(over.signal, (any) => this.#dialOne(address, filesPurpose, linkId, any))
      attempts.push(attempt.then(([{ connection }]) => this.#unlessOver(over, connection)))
      await Promise.race([attempts.at(-1)?.catch(() => undefined), pause(nextAddressMs, undefined, { ref: false })])
      if (over.signal.aborted) break
    }
    if (attempts.length === 0) throw new Error('the host has no address where it can be dialed')
    return Promise.any(attempts)
  }

  /** Of two that answered the first is taken. */
  #unlessOver(over: AbortController, connection: MeshConnection): MeshConnection {
    const late = new Error('it was reached at another address')
    if (over.signal.aborted) {
      connection.close(late)
      throw late
    }
    over.abort(late)
    return connection
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

  /** An admitted connection, and where exactly the host has answered. */
  async #dialOne(
    address: MeshAddress | RelayedAddress,
    purpose: Purpose,
    linkId: Uint8Array,
    signal: AbortSignal,
  ): Promise<readonly [Passed, MeshAddress | RelayedAddress]> {
    const isRelayed = 'via' in address
    const dialed = isRelayed
      ? await dialRelayed(await openRelayed(this.#transport, address, signal), purpose, this.#identity, signal)
      : await dialTls(address, purpose, this.#identity, signal)
    if (address.peer !== undefined && address.peer !== dialed.peer) {
      dialed.socket.destroy()
      throw new Error('another host answers there')
    }
    const { ip, ...facts } = dialed
    const there = isRelayed ? address : { host: ip ?? address.host, port: address.port, peer: dialed.peer }
    return [await this.#enter({ ...facts, purpose, dialed: true }, linkId, signal), there]
  }

  /** Admits a host that has dialed. Undefined if it is not admitted, which is noted and logged. */
  async accept(facts: Omit<ConnectionFacts, 'dialed'>): Promise<Passed | undefined> {
    const { socket } = facts
    try {
      return await this.#pass(new MeshConnection({ ...facts, dialed: false }), new Uint8Array(linkIdBytes))
    } catch (error) {
      endIfBroken(error)
      if (error instanceof RefusedError) this.#admitted.refuse(facts.peer)
      socket.destroy()
      return undefined
    }
  }

  /** Ends all that is not admitted yet, and admits nothing more. */
  close(reason: Error): void {
    this.#closing.abort(reason)
    for (const connection of [...this.#open]) connection.close(reason)
  }

  async #enter(facts: ConnectionFacts, linkId: Uint8Array, signal: AbortSignal): Promise<Passed> {
    const connection = new MeshConnection(facts)
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
      const passed = await this.#gate.pass(connection, linkId)
      this.#admitted.note(connection.peer, passed.key)
      return passed
    } finally {
      this.#open.delete(connection)
    }
  }
}
