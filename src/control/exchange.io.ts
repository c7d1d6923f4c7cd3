/**
 * One request and its answer over a socket of this machine, in HTTP/1.0. The requests here need no more, and loading
 * node:http takes longer than most verbs.
 */
import { createConnection, type Socket } from 'node:net'

export interface Request {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
}

export interface Answer {
  readonly status: number
  /** Fails if the connection ends too early, as far as the answer says how long it is. */
  readonly body: AsyncIterable<Uint8Array>
}

/**
 * Sends a request on a connection of its own: one that is left from an earlier request may lead to a daemon that has
 * ended since, as in the middle of a restart. Fails with `silent()` if nothing comes for `silenceSMax` seconds, and
 * otherwise as node:net does.
 */
export async function exchange(
  socketPath: string,
  request: Request,
  silenceSMax: number,
  silent: () => Error,
): Promise<Answer> {
  const socket = createConnection(socketPath)
  const chunks = heardChunks(socket, giveUpOnSilence(socket, silenceSMax, silent))
  try {
    socket.write(textOf(request))
    return await answerFrom(chunks)
  } catch (error) {
    socket.destroy()
    throw error
  }
}

function textOf({ method, path, headers, body = '' }: Request): string {
  const length = body === '' ? {} : { 'content-length': String(Buffer.byteLength(body)) }
  const lines = Object.entries({ ...headers, ...length }).map(([name, value]) => `${name}: ${value}\r\n`)
  return `${method} ${path} HTTP/1.0\r\n${lines.join('')}\r\n${body}`
}

type Chunks = AsyncGenerator<Uint8Array, void, undefined>

/**
 * The chunks that come over a socket, which is destroyed when no more are wanted. Uses events, because the socket's own
 * iterator is slow to load.
 */
async function* heardChunks(socket: Socket, heard: () => void): Chunks {
  let wake: () => void = () => undefined
  for (const event of ['readable', 'end', 'close', 'error']) socket.on(event, () => wake())
  try {
    for (;;) {
      const chunk = socket.read() as Uint8Array | null
      if (chunk !== null) {
        heard()
        yield chunk
      } else if (socket.errored) throw socket.errored
      else if (socket.readableEnded || socket.closed) return
      else
        await new Promise<void>((resolve) => {
          wake = resolve
        })
    }
  } finally {
    socket.destroy()
  }
}

/** Counts only seconds in which this process ran: after an hour of Ctrl-Z it first reads what the daemon has sent. */
function giveUpOnSilence(socket: Socket, silenceSMax: number, silent: () => Error): () => void {
  let silentS = 0
  const timer = setInterval(() => {
    silentS += 1
    if (silentS > silenceSMax) socket.destroy(silent())
  }, secondMs)
  socket.once('close', () => clearInterval(timer))
  return () => {
    silentS = 0
  }
}

const secondMs = 1_000

async function answerFrom(chunks: Chunks): Promise<Answer> {
  let text = Buffer.alloc(0)
  let headEnd = -1
  while (headEnd === -1) {
    const { value } = await chunks.next()
    if (value === undefined) throw new Error('the connection ended before the answer')
    text = Buffer.concat([text, value])
    headEnd = text.indexOf(betweenHeadAndBody)
  }
  const head = text.toString('latin1', 0, headEnd)
  const [, status] = /^HTTP\/1\.[01] (\d{3})/.exec(head) ?? []
  if (status === undefined) throw new Error('what answers does not speak HTTP')
  const [, length] = /^content-length: *(\d+)/im.exec(head) ?? []
  const first = text.subarray(headEnd + betweenHeadAndBody.length)
  return { status: Number(status), body: bodyFrom(chunks, first, length === undefined ? undefined : Number(length)) }
}

const betweenHeadAndBody = '\r\n\r\n'

/** The body: as long as the answer says, or to the end of the connection. */
async function* bodyFrom(chunks: Chunks, first: Uint8Array, length: number | undefined): Chunks {
  let bytes = 0
  let chunk: Uint8Array | undefined = first
  try {
    while (chunk !== undefined) {
      yield chunk
      bytes += chunk.length
      if (bytes === length) return
      chunk = (await chunks.next()).value ?? undefined
    }
    if (length !== undefined) throw new Error(`the connection ended after ${bytes} of ${length} bytes`)
  } finally {
    await chunks.return()
  }
}
