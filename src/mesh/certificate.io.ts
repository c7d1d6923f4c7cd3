/** The certificate that carries a host's key in a TLS handshake, made once and kept. */
import { type KeyObject, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Disk } from '../base/index.ts'

/**
 * The host's certificate as PEM. It is written to `path` once, because the library that makes it takes longer to load
 * than the rest of the daemon takes to start, and 4 MB. A certificate of another key is replaced.
 */
export async function hostCertificate(disk: Disk, path: string, hostKey: KeyObject): Promise<string> {
  const kept = await disk.readFile(path)
  const text = kept && Buffer.from(kept).toString('utf8')
  if (text !== undefined && isOf(text, hostKey)) return text
  const made = await madeByThread(hostKey)
  await disk.replaceFile(path, made)
  return made
}

// Beside this file among the sources, and beside the bundle.
const threadFile = new URL('./self-signed-thread.io.js', import.meta.url)

/** In a thread, because what it loads goes with it. */
async function madeByThread(hostKey: KeyObject): Promise<string> {
  const thread = new Worker(threadFile, { workerData: hostKey })
  const ended = once(thread, 'exit')
  const [made] = await Promise.race([
    once(thread, 'message'),
    ended.then(([code]) => Promise.reject(new Error(`the thread that makes a certificate ended with ${code}`))),
  ])
  await ended
  return made
}

function isOf(pem: string, hostKey: KeyObject): boolean {
  try {
    return new X509Certificate(pem).checkPrivateKey(hostKey)
  } catch {
    return false
  }
}
