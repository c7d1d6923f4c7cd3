/**
 * The certificate that carries a host's key in a TLS handshake. Nobody signs it but the host itself, and nothing in it
 * but the key means anything: its name is the same for all, and its dates are as far apart as dates can be.
 */
import { createPublicKey, type KeyObject, webcrypto, X509Certificate } from 'node:crypto'
import type { Disk } from '../base/index.ts'

/** The first and the last moment that a certificate can name: dates decide nothing here. */
const notBefore = new Date(0)
const notAfter = new Date('9999-12-31T23:59:59Z')

/**
 * The host's certificate as PEM. It is written to `path` once, because the library that makes it takes longer to load
 * than the rest of the daemon to start; what is there and is not this key's is replaced.
 */
export async function hostCertificate(disk: Disk, path: string, hostKey: KeyObject): Promise<string> {
  const kept = await disk.readFile(path)
  const text = kept && Buffer.from(kept).toString('utf8')
  if (text !== undefined && isOf(text, hostKey)) return text
  const made = await makeCertificate(hostKey)
  await disk.replaceFile(path, made)
  return made
}

/** A new certificate for an Ed25519 private key, as PEM. */
export async function makeCertificate(hostKey: KeyObject): Promise<string> {
  // The first of the two is what the second needs, and does not load itself.
  await import('reflect-metadata')
  const { X509CertificateGenerator } = await import('@peculiar/x509')
  const algorithm = { name: 'Ed25519' }
  const { subtle } = webcrypto
  const pkcs8 = hostKey.export({ type: 'pkcs8', format: 'der' })
  const spki = createPublicKey(hostKey).export({ type: 'spki', format: 'der' })
  const keys = {
    privateKey: await subtle.importKey('pkcs8', pkcs8, algorithm, false, ['sign']),
    publicKey: await subtle.importKey('spki', spki, algorithm, true, ['verify']),
  }
  const facts = { name: 'CN=isconf', notBefore, notAfter, signingAlgorithm: algorithm, keys }
  return `${(await X509CertificateGenerator.createSelfSigned(facts, webcrypto as typeof globalThis.crypto)).toString('pem')}\n`
}

function isOf(pem: string, hostKey: KeyObject): boolean {
  try {
    return new X509Certificate(pem).checkPrivateKey(hostKey)
  } catch {
    return false
  }
}
