/**
 * Admission as the first exchange on a connection: whoever does not pass reaches nothing else, and bytes and time are
 * bounded.
 */
import type { ServerHttp2Stream } from 'node:http2'
import type { Random } from '../base/index.ts'
import { admit, type Member, nonceBytes, type Role, type Wire } from './admission.ts'
import { type AdmissionTurns, sharedAddress } from './admission-turns.ts'
import type { Begun, MeshConnection } from './connection.io.ts'
import type { Effort } from './effort.ts'
import { StreamReader } from './frames.ts'
import { Http2PeerStream } from './http2-stream.io.ts'
import type { Refusals } from './refusals.ts'
import { RefusedError } from './refused-error.ts'
import { begin } from './session.io.ts'
import type { Strangers } from './strangers.ts'
import { bindingOf } from './tls.io.ts'
import { OwnAddressError, type PeerId } from './transport.ts'

export interface GateOptions {
  readonly self: PeerId
  readonly member: Member
  readonly random: Random
  readonly refusals: Refusals
  readonly turns: AdmissionTurns
  /** Whether it was admitted before. */
  readonly hasMet: (peer: PeerId) => boolean
  /** Hears of those that were not admitted. */
  readonly strangers?: Strangers | undefined
  /** Another machine answered with this host's own identity. */
  readonly onOwnIdentity: (address: string) => void
}

/** A connection that has passed. */
export interface Passed {
  readonly connection: MeshConnection
  /** Names the link that the connection is part of; made by the host that dialed. */
  readonly linkId: string
  /** The key of ours that the other side has proved, if it has. */
  readonly key: string | undefined
}

const admissionProtocol = '/isconf/admission/1'
/**
 * The exchange after encryption. Over a slow line with losses a host answers within this; a stranger holds a socket no
 * longer.
 */
const admissionMsMax = 10_000
/** HTTP/2's own beginning and all messages of the conversation are shorter than this together. */
const bytesMax = 16 * 1024
const lookAtBytesMs = 200
/** How long the refused side has to read why and hang up. */
const lingerMsMax = 1_000
/** How many handshakes of this host's own are kept in mind at once, to recognise it when it dials itself. */
const ownNoncesMax = 1024

/** How many bytes at the start of the dialer's nonce are the same on all connections of one link. */
export const linkIdBytes = 16

export class Gate {
  readonly #options: GateOptions
  readonly #ownNonces = new Set<string>()

  constructor(options: GateOptions) {
    this.#options = options
  }

  /** Resolves when both sides have admitted each other; otherwise closes the connection and rejects with the reason. */
  async pass(connection: MeshConnection, linkId: Uint8Array): Promise<Passed> {
    const over = new AbortController()
    void connection.closed.then(() => over.abort(new Error('the connection is closed')))
    const limit = setTimeout(() => connection.close(new Error('no admission in time')), admissionMsMax)
    const bound = setInterval(() => {
      if (connection.socket.bytesRead > bytesMax) connection.close(new Error('too much before the admission'))
    }, lookAtBytesMs)
    try {
      return await this.#converse(connection, linkId, this.#effortFor(connection, over.signal))
    } catch (error) {
      connection.close(error as Error)
      throw error
    } finally {
      clearTimeout(limit)
      clearInterval(bound)
    }
  }

  /** What this host has dialed itself waits for nobody: how often it does is bounded elsewhere. */
  #effortFor({ dialed, peer, via, socket }: MeshConnection, signal: AbortSignal): Effort {
    const { turns, hasMet } = this.#options
    const count: Effort['count'] = (work) => turns.count(work)
    if (dialed) return { count, inTurn: async (work) => count(work) }
    const applicant = { address: via ?? sharedAddress(socket.remoteAddress ?? ''), isKnown: hasMet(peer), signal }
    return { count, inTurn: (work) => turns.run(applicant, work) }
  }

  async #converse(connection: MeshConnection, linkId: Uint8Array, effort: Effort): Promise<Passed> {
    const { self, random, member, onOwnIdentity } = this.#options
    const { peer: other, remoteAddress: address } = connection
    const role: Role = connection.dialed ? 'dialer' : 'listener'
    const nonce = Buffer.concat([linkId, random.bytes(nonceBytes - linkIdBytes)])
    const ownNonce = nonce.toString('hex')
    if (this.#ownNonces.size < ownNoncesMax) this.#ownNonces.add(ownNonce)
    let dialersNonce: Uint8Array = nonce
    const onNonce = (theirs: Uint8Array): void => {
      if (role === 'listener') dialersNonce = theirs
      if (other !== self) return
      if (this.#ownNonces.has(Buffer.from(theirs).toString('hex'))) throw new OwnAddressError(address)
      onOwnIdentity(address)
      throw new Error("another machine has this host's identity")
    }
    let wire: Wire | undefined
    try {
      const { stream, isAccepted } = connection.asks ? connection.begin(admissionProtocol) : await answer(connection)
      const reader = new StreamReader(stream.incoming)
      const taken = isAccepted.then((isTaken) => {
        if (!isTaken) throw new RefusedError('other release', false)
      })
      taken.catch(() => undefined)
      const read = async (length: number): Promise<Uint8Array> => {
        await taken
        return reader.exactly(length)
      }
      wire = { send: (bytes) => stream.write(bytes), read }
      const binding = bindingOf(connection.socket)
      const handshake = { role, self, other, nonce, random, binding, effort, onNonce }
      const key = await admit(wire, handshake, member)
      await stream.closeWrite()
      return { connection, key, linkId: Buffer.from(dialersNonce.subarray(0, linkIdBytes)).toString('hex') }
    } catch (error) {
      if (other !== self) this.#note(address, other, error as Error)
      const isClone = other === self && !(error instanceof OwnAddressError)
      if (wire !== undefined && (isClone || speaksLast(role, error))) await hangUpSeen(wire)
      throw error
    } finally {
      this.#ownNonces.delete(ownNonce)
    }
  }

  #note(address: string, peer: PeerId, error: Error): void {
    const { refusals, strangers } = this.#options
    if (error instanceof RefusedError) strangers?.refused(address, error)
    const reason = error instanceof RefusedError ? error.reason : 'broken'
    refusals.note(reason, { address, peer, detail: error.message })
  }
}

function answer(connection: MeshConnection): Promise<Begun> {
  const lost = connection.closed.then((): never => {
    throw new Error('the other side hung up')
  })
  const asked = new Promise<Begun>((resolve, reject) => {
    connection.serveFirst((protocol: string, raw: ServerHttp2Stream) => {
      if (!begin(raw, protocol === admissionProtocol ? 200 : 404)) reject(new Error('the other side has cancelled'))
      else if (protocol === admissionProtocol)
        resolve({ stream: new Http2PeerStream(raw, connection.peer), isAccepted: Promise.resolve(true) })
      else reject(new RefusedError('other release', false))
    })
  })
  return Promise.race([asked, lost])
}

// One of the two has said something that the other has yet to read: its verdict, or the listener its nonce.
function speaksLast(role: Role, error: unknown): boolean {
  if (error instanceof RefusedError && error.reason !== 'other release') return !error.byOther
  return role === 'listener'
}

// Hanging up at once could destroy the verdict on its way: the other side is given time to read it and hang up first.
async function hangUpSeen(wire: Wire): Promise<void> {
  const limit = new Promise<void>((resolve) => setTimeout(resolve, lingerMsMax).unref())
  await Promise.race([wire.read(1).catch(() => undefined), limit])
}
