/**
 * Makes the certificate that carries a host's key. Only the host itself signs it, and only the key in it means
 * anything: its name is the same for all, and its dates are as far apart as dates can be.
 */
// The library needs it and does not load it itself, so it comes first.
import 'reflect-metadata'
import { createPublicKey, type KeyObject, webcrypto } from 'node:crypto'
import { X509CertificateGenerator } from '@peculiar/x509'

/** The first and the last moment that a certificate can name: dates decide nothing here. */
const notBefore = new Date(0)
const notAfter = new Date('9999-12-31T23:59:59Z')

/** A new certificate for an Ed25519 private key, as PEM. */
export async function makeCertificate(hostKey: KeyObject): Promise<string> {
  const algorithm = { name: 'Ed25519' }
  const { subtle } = webcrypto
  const pkcs8 = hostKey.export({ type: 'pkcs8', format: 'der' })
  const spki = createPublicKey(hostKey).export({ type: 'spki', format: 'der' })
  const keys = {
    privateKey: await subtle.importKey('pkcs8', pkcs8, algorithm, false, ['sign']),
    publicKey: await subtle.importKey('spki', spki, algorithm, true, ['verify']),
  }
  const facts = { name: 'CN=isconf', notBefore, notAfter, signingAlgorithm: algorithm, keys }
  const made = await X509CertificateGenerator.createSelfSigned(facts, webcrypto as typeof globalThis.crypto)
  return `${made.toString('pem')}\n`
}
