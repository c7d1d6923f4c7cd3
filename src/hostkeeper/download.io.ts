/** Fetches a file over http or https. */
import { errnoText, IsconfError } from '../base/index.ts'
import { count } from '../terminal/index.ts'
import { redirected } from './exech-address.ts'

const secondMs = 1_000
/** What browsers follow, about; a loop must end. */
const redirectsMax = 10

interface DownloadOptions {
  /** How long the server may say nothing. */
  readonly silenceSMax: number
  /** Stops it. */
  readonly signal: AbortSignal
}

/** The bytes of a file, as they come. FETCH_FAILED. */
export async function* download(first: URL, options: DownloadOptions): AsyncGenerator<Uint8Array> {
  const watch = new SilenceWatch(options)
  let url = first
  try {
    for (let redirects = 0; ; redirects += 1) {
      const response = await request(url, first, watch)
      if (!isRedirect(response.status)) {
        yield* bodyOf(response, url, watch)
        return
      }
      await response.body?.cancel()
      if (redirects === redirectsMax) throw failed(first, `more than ${redirectsMax} redirects`)
      url = redirected(url, response.headers.get('location'))
    }
  } catch (error) {
    throw watch.failureOf(shown(url), error)
  } finally {
    watch.end()
  }
}

/** Aborts when nothing was heard for a while, or when it is told to. */
class SilenceWatch {
  readonly #controller = new AbortController()
  readonly #options: DownloadOptions
  readonly #stop = (): void => this.#controller.abort()
  #timer: NodeJS.Timeout | undefined
  #isSilent = false

  constructor(options: DownloadOptions) {
    this.#options = options
    if (options.signal.aborted) this.#stop()
    options.signal.addEventListener('abort', this.#stop)
    this.heard()
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  heard(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      this.#isSilent = true
      this.#stop()
    }, this.#options.silenceSMax * secondMs)
  }

  end(): void {
    clearTimeout(this.#timer)
    this.#options.signal.removeEventListener('abort', this.#stop)
  }

  failureOf(url: string, error: unknown): unknown {
    if (this.#isSilent) return failed(url, `nothing was heard for ${count(this.#options.silenceSMax, 'second')}`)
    if (this.#options.signal.aborted) return new IsconfError('INTERRUPTED', `${url}: interrupted`, { cause: error })
    if (error instanceof IsconfError) return error
    return failed(url, errnoText(reasonOf(error)), error)
  }
}

/** fetch says "fetch failed", why in the cause, and of several addresses why in each of its errors. */
function reasonOf(error: unknown): unknown {
  const cause = error instanceof Error ? (error.cause ?? error) : error
  return cause instanceof AggregateError ? (cause.errors[0] ?? cause) : cause
}

async function request(url: URL, first: URL, watch: SilenceWatch): Promise<Response> {
  const plain = new URL(url)
  plain.username = ''
  plain.password = ''
  const { username, password } = url.username === '' && url.host === first.host ? first : url
  const login = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  const headers = username === '' ? {} : { authorization: `Basic ${Buffer.from(login).toString('base64')}` }
  const response = await fetch(plain, { redirect: 'manual', signal: watch.signal, headers })
  watch.heard()
  return response
}

function isRedirect(status: number): boolean {
  return status >= 300 && status < 400 && status !== 304
}

async function* bodyOf(response: Response, url: URL, watch: SilenceWatch): AsyncGenerator<Uint8Array> {
  if (response.status !== 200) {
    await response.body?.cancel()
    throw failed(url, `${response.status} ${response.statusText}`.trimEnd())
  }
  for await (const bytes of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    watch.heard()
    yield bytes
  }
}

function failed(url: URL | string, why: string, cause?: unknown): IsconfError {
  return new IsconfError('FETCH_FAILED', `${typeof url === 'string' ? url : shown(url)}: ${why}`, { cause })
}

/** Without the password. */
function shown(url: URL): string {
  const plain = new URL(url)
  plain.password = ''
  return plain.href
}
