/** This host's daemon, which brings from the domain what is not here. */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { loadConfig } from '../../config/index.ts'
import { type Client, connect, type EventListener, type Status, socketName } from '../../control/index.ts'
import { writeAll } from '../program/index.ts'
import type { SourceContext } from './source.ts'

/** Does `work` with the daemon, and stops that when a person presses Ctrl-C. Fails as the daemon tells. */
export async function withDaemon<T>(
  { environment, settings, signal }: Pick<SourceContext, 'environment' | 'settings' | 'signal'>,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const client = daemonOf({ environment, settings })
  const stop = (): void => void client.interrupt().catch(() => undefined)
  signal.addEventListener('abort', stop, { once: true })
  try {
    return await work(client)
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

/** Which socket serves the package bank for the daemon; undefined when it serves that itself, or does not answer. */
export async function bankSocket(
  context: Pick<SourceContext, 'environment' | 'settings'>,
): Promise<number | undefined> {
  try {
    // One that waits for its domain serves none.
    const { bank } = (await daemonOf(context).get('/v1/status')) as Partial<Status>
    return bank?.socket
  } catch {
    // Then nobody knows that the socket is the bank's.
    return undefined
  }
}

function daemonOf({ environment, settings }: Pick<SourceContext, 'environment' | 'settings'>): Client {
  return connect(join(loadConfig({ environment }).home, socketName), settings.timeoutS)
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
