/**
 * The TLS of the mesh: only 1.3, a host's own key at both ends, and nothing else decides. The purpose of a connection
 * is said by ALPN, because a socket must be handed to HTTP/2 before anything is written to it.
 */
import {
  type CommonConnectionOptions,
  createSecureContext,
  type SecureContext,
  type SecureContextOptions,
  type TLSSocket,
} from 'node:tls'
import { peerIdOfPeer } from './peer-id.ts'
import type { PeerId } from './transport.ts'

/** Whoever dialed asks, and is HTTP/2's client. */
export const askPurpose = 'isconf-ask/1'
/** The host that dialed answers, and is HTTP/2's server: so a host that can only dial out can be asked, too. */
export const answerPurpose = 'isconf-answer/1'

/** The host that dialed asks, only for files. */
export const filesPurpose = 'isconf-files/1'

/** Whose bytes are those of one stream of a large file, without HTTP/2; the host that dialed asks. */
export const bytesPurpose = 'isconf-bytes/1'

export const purposes = [askPurpose, answerPurpose, filesPurpose, bytesPurpose] as const
export type Purpose = (typeof purposes)[number]

/** What a connection says it is for; undefined if that is not known here. */
export function purposeOf({ alpnProtocol }: TLSSocket): Purpose | undefined {
  return purposes.find((one) => one === alpnProtocol)
}

/** A host's key and its certificate, as PEM. */
export interface TlsIdentity {
  readonly key: string
  readonly cert: string
}

/** What both ends of every connection are set to. */
export function tlsOptions(
  { key, cert }: TlsIdentity,
  offered: readonly Purpose[],
): SecureContextOptions & CommonConnectionOptions {
  return {
    key,
    cert,
    minVersion: 'TLSv1.3',
    // No authority has signed for anybody, and no date or name counts: the key does, and is looked at by us.
    requestCert: true,
    rejectUnauthorized: false,
    ALPNProtocols: [...offered],
  }
}

const contextByIdentity = new WeakMap<TlsIdentity, SecureContext>()

/** The same for whoever dials: all its connections share what OpenSSL keeps of the identity. */
export function dialOptions(identity: TlsIdentity, purpose: Purpose): CommonConnectionOptions {
  const { key, cert, ...options } = tlsOptions(identity, [purpose])
  const secureContext = contextByIdentity.get(identity) ?? createSecureContext({ key, cert, ...options })
  contextByIdentity.set(identity, secureContext)
  return { ...options, secureContext }
}

const exporterLabel = 'EXPORTER-isconf-admission'
const exporterBytes = 32

/** What only the two ends of this connection know. */
export function bindingOf(socket: TLSSocket): Uint8Array {
  return socket.exportKeyingMaterial(exporterBytes, exporterLabel, Buffer.alloc(0))
}

/**
 * Who is at the other end of a connection that has just become secure; throws when it has shown no Ed25519 key. To be
 * called once: a dialer sees the certificate of the listener at its first look only.
 */
export function peerOf(socket: TLSSocket): PeerId {
  // The certificate of a resumed session is an old one, or none. None is ever offered by this program.
  if (socket.isSessionReused()) throw new Error('the connection resumes an earlier one')
  const certificate = socket.getPeerX509Certificate()
  if (certificate === undefined) throw new Error('no certificate was shown')
  const peer = peerIdOfPeer(certificate.publicKey)
  if (peer === undefined)
    throw new Error(`a certificate of an ${certificate.publicKey.asymmetricKeyType} key was shown`)
  return peer
}
