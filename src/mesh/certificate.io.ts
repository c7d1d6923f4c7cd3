/** The certificate that carries a host's key in a TLS handshake, made once and kept. */
import { type KeyObject, X509Certificate } from 'node:crypto'
import type { Disk } from '../base/index.ts'

/**
 * The host's certificate as PEM. It is written to `path` once, because the library that makes it takes longer to load
 * than the rest of the daemon takes to start. A certificate of another key is replaced.
 */
export async function hostCertificate(disk: Disk, path: string, hostKey: KeyObject): Promise<string> {
  const kept = await disk.readFile(path)
  const text = kept && Buffer.from(kept).toString('utf8')
  if (text !== undefined && isOf(text, hostKey)) return text
  const { makeCertificate } = await import('./self-signed.io.ts')
  const made = await makeCertificate(hostKey)
  await disk.replaceFile(path, made)
  return made
}

function isOf(pem: string, hostKey: KeyObject): boolean {
  try {
    return new X509Certificate(pem).checkPrivateKey(hostKey)
  } catch {
    return false
  }
}
