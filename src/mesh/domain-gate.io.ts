/** Lets libp2p's handshake end only with a member of the domain, before anything else of libp2p can be reached. */
import type {
  ConnectionEncrypter,
  PeerId as Libp2pPeerId,
  MessageStream,
  SecureConnectionOptions,
  SecuredConnection,
} from '@libp2p/interface'
import { byteStream } from '@libp2p/utils'
import type { Random } from '../base/index.ts'
import { admit, type Member, nonceBytes, RefusedError, type Role, type Wire } from './admission.ts'
import type { Refusals } from './refusals.ts'
import type { PeerId } from './transport.ts'

export interface GateOptions {
  readonly member: Member
  readonly random: Random
  readonly refusals: Refusals
  /** A peer has passed, and has proved this key of ours, if any. */
  readonly onAdmitted: (peer: PeerId, key: string | undefined) => void
  /** Another machine answered with this host's own identity. */
  readonly onOwnIdentity: (address: string) => void
}

/** What the error of a dial says when this host answered itself; libp2p hands on messages and not errors. */
export const ownAddressMessage = 'this host answered itself'
/** What it says when another machine has this host's key. */
const ownIdentityMessage = "another machine has this host's identity"

/** The conversation after encryption; a host under load answers within this, a stranger holds a socket no longer. */
const admissionMsMax = 5_000
/** All messages of the conversation are shorter than this together. */
const unreadBytesMax = 1024
/** How long the refused side has to read why and hang up. */
const lingerMsMax = 1_000
/** Handshakes of this host's own that are open at once, to recognise them when it dials itself. */
const ownNoncesMax = 1024

interface Components {
  readonly peerId: Libp2pPeerId
}

type Encrypter = ConnectionEncrypter<unknown>
type Secured = SecuredConnection<unknown>

/**
 * Makes the gate of one host: what it returns wraps an encrypter (TLS or
 * noise) so that the encrypter succeeds only with an admitted peer.
 */
export function domainGate(options: GateOptions) {
  const ownNonces = new Set<string>()
  return <C>(encrypter: (components: C) => Encrypter) =>
    (components: C & Components): Encrypter => {
      const inner = encrypter(components)
      const self = components.peerId.toString()
      const pass = async (role: Role, outer: MessageStream, secured: Promise<Secured>): Promise<Secured> => {
        const { connection, remotePeer } = await secured
        const address = 'remoteAddr' in outer ? String(outer.remoteAddr) : ''
        await gate(options, ownNonces, { role, connection, address, self, other: remotePeer.toString() })
        // A muxer that the other side slipped into the TLS handshake is left out: one is negotiated after the gate.
        return { connection, remotePeer }
      }
      const late = (settings?: SecureConnectionOptions) => ({ ...settings, skipStreamMuxerNegotiation: true })
      return {
        protocol: inner.protocol,
        secureInbound: (stream, settings) => pass('listener', stream, inner.secureInbound(stream, late(settings))),
        secureOutbound: (stream, settings) => pass('dialer', stream, inner.secureOutbound(stream, late(settings))),
      }
    }
}

interface Visit {
  readonly role: Role
  readonly connection: MessageStream
  readonly address: string
  readonly self: string
  readonly other: string
}

async function gate(options: GateOptions, ownNonces: Set<string>, visit: Visit): Promise<void> {
  const { role, address, self, other } = visit
  const bytes = byteStream(visit.connection, { maxBufferSize: unreadBytesMax })
  const signal = AbortSignal.timeout(admissionMsMax)
  const wire: Wire = {
    send: (message) => bytes.write(message, { signal }),
    read: async (length) => (await bytes.read({ bytes: length, signal })).subarray(),
  }
  const nonce = options.random.bytes(nonceBytes)
  const ownNonce = Buffer.from(nonce).toString('hex')
  if (ownNonces.size < ownNoncesMax) ownNonces.add(ownNonce)
  const onNonce = (theirs: Uint8Array): void => {
    if (other !== self) return
    if (ownNonces.has(Buffer.from(theirs).toString('hex'))) throw new Error(ownAddressMessage)
    options.onOwnIdentity(address)
    throw new Error(ownIdentityMessage)
  }
  try {
    const binding = new Uint8Array(0)
    const handshake = { role, self: self as PeerId, other: other as PeerId, nonce, binding, onNonce }
    options.onAdmitted(handshake.other, await admit(wire, handshake, options.member))
  } catch (error) {
    if (other !== self) {
      const reason = error instanceof RefusedError ? error.reason : 'broken'
      options.refusals.note(reason, { address, peer: other, detail: (error as Error).message })
    }
    if (speaksLast(role, error)) await hangUpSeen(wire)
    throw error
  } finally {
    ownNonces.delete(ownNonce)
  }
  bytes.unwrap()
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
