/** This host's daemon, which brings from the domain what is not here. */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { loadConfig } from '../../config/index.ts'
import { type Client, connect, type EventListener, socketName } from '../../control/index.ts'
import { writeAll } from '../program/index.ts'
import type { SourceContext } from './source.ts'

/** Does `work` with the daemon, and stops that when a person presses Ctrl-C. Fails as the daemon tells. */
export async function withDaemon<T>(
  { environment, settings, signal }: Pick<SourceContext, 'environment' | 'settings' | 'signal'>,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const client = connect(join(loadConfig({ environment }).home, socketName), settings.timeoutS)
  const stop = (): void => void client.interrupt().catch(() => undefined)
  signal.addEventListener('abort', stop, { once: true })
  try {
    return await work(client)
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

/** Writes the bytes that a request brings into an open file; what it ends with, and the SHA-256 of what came. */
export async function receive(
  client: Client,
  path: string,
  body: object,
  file: number,
): Promise<{ readonly result: unknown; readonly sha256: string }> {
  const hash = createHash('sha256')
  const write = (bytes: Buffer): void => {
    hash.update(bytes)
    writeAll(file, bytes)
  }
  const result = await client.post(path, body, outputTo(write))
  return { result, sha256: hash.digest('hex') }
}

/** Hears only the bytes that a request brings. */
export function outputTo(take: (bytes: Buffer) => void): EventListener {
  return (event) => {
    if (event.event === 'output') take(Buffer.from(event.bytes, 'base64'))
  }
}
