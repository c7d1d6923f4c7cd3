/** Files by http and https. */
import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { errnoText, IsconfError } from '../../base/index.ts'
import { shownAddress } from './address.ts'
import { failed, type SourceContext } from './source.ts'

/** The server may say nothing for HOSTKEEPER_TIMEOUT seconds. */
type DownloadContext = Pick<SourceContext, 'settings' | 'signal'>

/** Writes what is there into a new file; the hash of it. SOURCE_FAILED. */
export async function downloadFile(
  url: URL,
  path: string,
  bytesMax: number,
  context: DownloadContext,
): Promise<string> {
  const hash = createHash('sha256')
  const file = await open(path, 'wx', 0o600)
  try {
    for await (const chunk of bodyOf(url, bytesMax, context)) {
      hash.update(chunk)
      await file.writeFile(chunk)
    }
  } finally {
    await file.close()
  }
  return hash.digest('hex')
}

/** The bytes of a small file. SOURCE_FAILED. */
export async function downloadSmall(url: URL, bytesMax: number, context: DownloadContext): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of bodyOf(url, bytesMax, context)) chunks.push(chunk)
  return Buffer.concat(chunks)
}

async function* bodyOf(url: URL, bytesMax: number, context: DownloadContext): AsyncGenerator<Uint8Array> {
  const { signal } = context
  const { timeoutS } = context.settings
  const silence = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const listen = (): void => {
    clearTimeout(timer)
    timer = setTimeout(() => silence.abort(), timeoutS * 1000)
  }
  const about = shownAddress(url.href)
  listen()
  try {
    const response = await follow(url, AbortSignal.any([signal, silence.signal]))
    if (!response.ok) throw failed(`${about}: the server answers ${response.status} ${response.statusText}`.trimEnd())
    let bytes = 0
    for await (const chunk of response.body ?? []) {
      listen()
      bytes += chunk.length
      if (bytes > bytesMax) throw failed(`${about}: more than ${bytesMax} bytes`)
      yield chunk
    }
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof IsconfError) throw error
    if (silence.signal.aborted) throw failed(`${about}: the server said nothing for ${timeoutS} seconds`)
    throw failed(`${about}: ${errnoText(reasonOf(error))}${clockText(reasonOf(error))}`, error)
  } finally {
    clearTimeout(timer)
  }
}

/** fetch says "fetch failed", why in the cause, and of a host with several addresses why in each of its errors. */
function reasonOf(error: unknown): unknown {
  const cause = error instanceof Error ? (error.cause ?? error) : error
  return cause instanceof AggregateError ? (cause.errors[0] ?? cause) : cause
}

/** A clock that is not set, as it can be at boot, makes every certificate a bad one. */
function clockText(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException
  const isAboutTime = code === 'CERT_NOT_YET_VALID' || code === 'CERT_HAS_EXPIRED'
  return isAboutTime ? `; the clock of this host says ${new Date().toISOString()}` : ''
}

/** Asks, and asks again where a server sends us; never from https down to http, and the password only where it was for. */
async function follow(asked: URL, signal: AbortSignal): Promise<Response> {
  let url = asked
  for (let hops = 0; hops <= hopsMax; hops += 1) {
    const bare = new URL(url)
    bare.username = ''
    bare.password = ''
    bare.hash = ''
    const own = url.origin === asked.origin ? credentialsOf(asked) : undefined
    const headers: Record<string, string> = own === undefined ? {} : { authorization: own }
    const response = await fetch(bare, { signal, redirect: 'manual', headers })
    const location = response.headers.get('location')
    if (response.status < 300 || response.status > 399 || location === null) return response
    await response.body?.cancel()
    url = new URL(location, bare)
    if (asked.protocol === 'https:' && url.protocol !== 'https:')
      throw failed(`${shownAddress(asked.href)}: the server redirects to ${shownAddress(url.href)}, which is not https`)
  }
  throw failed(`${shownAddress(asked.href)}: the server redirects more than ${hopsMax} times`)
}

/** Where more redirections than these lead is nowhere. */
const hopsMax = 5

function credentialsOf({ username, password }: URL): string | undefined {
  if (username === '' && password === '') return undefined
  const text = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  return `Basic ${Buffer.from(text).toString('base64')}`
}
