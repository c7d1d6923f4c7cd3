/** Transports of the mesh for tests: real ones, on loopback, each with a key of its own. */
// The library that makes certificates needs it and does not load it itself, so it comes first.
import 'reflect-metadata'
import { generateKeyPairSync, webcrypto } from 'node:crypto'
import { X509CertificateGenerator } from '@peculiar/x509'
import { systemClock } from '../../src/base/clock.io.ts'
import { silentLog } from '../../src/base/index.ts'
import { systemRandom } from '../../src/base/random.io.ts'
import { noKeys } from '../../src/mesh/admission.ts'
import { openTls } from '../../src/mesh/open-tls.io.ts'
import { makeCertificate } from '../../src/mesh/self-signed.io.ts'
import type { TlsTransport } from '../../src/mesh/tls-transport.io.ts'
import type { TlsTransportOptions } from '../../src/mesh/tls-transport-options.ts'

/** Opens one that listens on a free port of 127.0.0.1; the caller closes it. */
export async function openMesh(changes: Partial<TlsTransportOptions> = {}): Promise<TlsTransport> {
  const { hostKey = generateKeyPairSync('ed25519').privateKey } = changes
  return openTls({
    hostKey,
    certificate: await makeCertificate(hostKey),
    host: '127.0.0.1',
    port: 0,
    domain: 'x.example',
    keys: () => noKeys,
    onKeys: () => () => undefined,
    clock: systemClock,
    random: systemRandom,
    log: silentLog,
    onOwnIdentity: () => undefined,
    ...changes,
  })
}

/** Where another transport of this machine dials it. */
export function addressOf(transport: TlsTransport): string {
  return `/ip4/127.0.0.1/tcp/${transport.listenPort()}`
}

/** A key of a kind that no host has, with its certificate. */
export async function p256Identity(): Promise<{ readonly key: string; readonly cert: string }> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const facts = { name: 'CN=isconf', signingAlgorithm: algorithm, keys }
  const made = await X509CertificateGenerator.createSelfSigned(facts, webcrypto as typeof globalThis.crypto)
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey))
  return {
    key: `-----BEGIN PRIVATE KEY-----\n${pkcs8.toString('base64')}\n-----END PRIVATE KEY-----\n`,
    cert: made.toString('pem'),
  }
}
