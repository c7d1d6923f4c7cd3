import assert from 'node:assert/strict'
import { chmodSync, linkSync, mkdirSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { asPlainUser, failure, temporaryDirectory } from '../../test/support/files.ts'
import type { IsconfError } from '../base/index.ts'
import type { ControlEvent } from './answers/control-event.ts'
import { type Client, connect } from './client.io.ts'

/** Answers one request by hand: gets the request as it came, and the connection. */
type Answer = (request: string, socket: Socket) => Promise<void> | void

/** A daemon's end of a control socket, and a client of it. */
async function serving(t: TestContext, answer: Answer): Promise<{ client: Client; path: string; server: Server }> {
  const path = join(temporaryDirectory(t), '.ctl')
  const server = createServer((socket) => {
    let request = ''
    socket.on('error', () => undefined)
    socket.on('data', (bytes: Buffer) => {
      request += bytes.toString()
      if (isWhole(request)) void answer(request, socket)
    })
  })
  await new Promise<void>((resolve) => server.listen(path, resolve))
  t.after(() => server.close())
  return { client: connect(path), path, server }
}

function isWhole(request: string): boolean {
  const [head = '', ...body] = request.split('\r\n\r\n')
  const length = /content-length: (\d+)/i.exec(head)?.[1] ?? '0'
  return body.length > 0 && Buffer.byteLength(body.join('\r\n\r\n')) >= Number(length)
}

const streamHead = 'HTTP/1.1 200 OK\r\ncontent-type: application/x-ndjson\r\nconnection: close\r\n\r\n'

/** Writes bytes one portion at a time, each on its way alone. */
async function inPortions(socket: Socket, bytes: Uint8Array, portionBytes: number): Promise<void> {
  socket.setNoDelay(true)
  for (let at = 0; at < bytes.length; at += portionBytes) {
    await new Promise((resolve) => socket.write(bytes.subarray(at, at + portionBytes), resolve))
    await new Promise(setImmediate)
  }
}

function document(status: string, body: string): string {
  return `HTTP/1.1 ${status}\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`
}

test('get() asks for the path and gives the document', async (t) => {
  let asked = ''
  const { client } = await serving(t, (request, socket) => {
    asked = request
    socket.end(document('200 OK', '{"host":"älder","n":[1]}'))
  })
  assert.deepEqual(await client.get('/v1/log?limit=3'), { host: 'älder', n: [1] })
  assert.match(asked, /^GET \/v1\/log\?limit=3 HTTP\/1\.0\r\n/)
})

test('each call has a connection of its own, so that none reaches a daemon that has ended since the last', async (t) => {
  const seen = new Set<Socket>()
  const { client } = await serving(t, (_, socket) => {
    // What was left of the call before leads to nobody.
    if (seen.has(socket)) socket.destroy()
    seen.add(socket)
    if (socket.destroyed) return
    socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: keep-alive\r\n\r\n{}')
  })
  assert.deepEqual(await client.get('/v1/status'), {})
  assert.deepEqual(await client.get('/v1/status'), {})
  assert.equal(seen.size, 2)
})

test('post() sends the body as JSON and gives the result', async (t) => {
  let asked = ''
  const { client } = await serving(t, (request, socket) => {
    asked = request
    socket.end(`${streamHead}{"event":"result","result":{"n":1}}\n`)
  })
  assert.deepEqual(await client.post('/v1/lock', { user: 'luke', message: 'ü' }, () => undefined), { n: 1 })
  assert.match(asked, /^POST \/v1\/lock HTTP\/1\.0\r\n/)
  assert.match(asked, /content-type: application\/json\r\n/i)
  assert.match(asked, /\r\n\r\n\{"user":"luke","message":"ü"\}$/)
})

const events: readonly ControlEvent[] = [
  { event: 'progress', text: '1/2 snap /etc/motd' },
  { event: 'remark', text: 'Grüße, 日本, 😀' },
  { event: 'output', stream: 'stdout', bytes: 'AAECAw==' },
  { event: 'result', result: 'über' },
]
const eventBytes = Buffer.from(events.map((event) => `${JSON.stringify(event)}\n`).join(''))

for (const portionBytes of [1, 2, 3, 7, 64, 10_000]) {
  test(`post() hears every event in order when ${portionBytes} bytes arrive at a time`, async (t) => {
    const { client } = await serving(t, async (_, socket) => {
      socket.write(streamHead)
      await inPortions(socket, eventBytes, portionBytes)
      socket.end()
    })
    const heard: unknown[] = []
    assert.equal(await client.post('/v1/up', {}, (event) => heard.push(event)), 'über')
    assert.deepEqual(heard, events.slice(0, -1))
  })
}

test('post() takes a last event that has no newline', async (t) => {
  const { client } = await serving(t, (_, socket) => void socket.end(`${streamHead}{"event":"result","result":null}`))
  assert.equal(await client.post('/v1/exec', {}, () => undefined), null)
})

const told = { event: 'error', code: 'LOCKED', message: 'branch web is locked', hint: 'ask the holder', exit: 220 }

test('post() throws the failure that ends the stream, with its status and hint', async (t) => {
  const { client } = await serving(t, (_, socket) => {
    socket.end(`${streamHead}${JSON.stringify({ event: 'remark', text: 'x' })}\n${JSON.stringify(told)}\n`)
  })
  let heard = 0
  await assert.rejects(
    client.post('/v1/lock', {}, () => {
      heard += 1
    }),
    (thrown: IsconfError) => {
      const { code, message, hint, exit } = thrown
      assert.deepEqual({ event: 'error', code, message, hint, exit }, told)
      return true
    },
  )
  assert.equal(heard, 1)
})

test('get() and post() throw the failure that is the whole of an answer', async (t) => {
  const { client } = await serving(t, (_, socket) => void socket.end(document('400 Bad Request', JSON.stringify(told))))
  await assert.rejects(client.get('/v1/status'), failure('LOCKED', /^branch web is locked$/))
  await assert.rejects(
    client.post('/v1/x', {}, () => undefined),
    failure('LOCKED', /^branch web is locked$/),
  )
})

test('a failure with a code of another release keeps its words, hint and status', async (t) => {
  const future = { ...told, code: 'OF_THE_FUTURE', exit: 230 }
  const { client } = await serving(t, (_, socket) => void socket.end(document('500 Oh', JSON.stringify(future))))
  await assert.rejects(client.get('/v1/status'), (thrown: IsconfError) => {
    assert.deepEqual([thrown.message, thrown.hint, thrown.exit], [told.message, told.hint, 230])
    return true
  })
})

const brokenOff: Readonly<Record<string, Answer>> = {
  'hangs up before it answers': (_, socket) => void socket.destroy(),
  'hangs up after the head': (_, socket) => void socket.end(streamHead),
  'hangs up in the middle of an event': (_, socket) => void socket.end(`${streamHead}{"event":"result","resu`),
  'hangs up in the middle of a character': (_, socket) =>
    void socket.end(Buffer.concat([Buffer.from(`${streamHead}{"event":"`), Buffer.from([0xc3])])),
  'ends without a result': (_, socket) =>
    void socket.end(`${streamHead}${'{"event":"progress","text":"x"}\n'.repeat(2)}`),
  'hangs up before the announced end': (_, socket) =>
    void socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"event":"progress","text":"x"}\n'),
  'hangs up in the middle of a chunk': (_, socket) =>
    void socket.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n40\r\n{"event":"progress","text":"x"}\n'),
  'does not speak HTTP': (_, socket) => void socket.end('220 ESMTP\r\n'),
  'fails without words of its own': (_, socket) => void socket.end(document('500 Oh', '{"statusCode":500}')),
  'fails with null': (_, socket) => void socket.end(document('500 Oh', 'null')),
}

for (const [how, answer] of Object.entries(brokenOff)) {
  test(`a daemon that ${how} is DAEMON_LOST`, async (t) => {
    const { client } = await serving(t, answer)
    await assert.rejects(
      client.post('/v1/up', {}, () => undefined),
      failure('DAEMON_LOST', /^the daemon ended in the middle of the request$/),
    )
    await assert.rejects(client.get('/v1/status'), failure('DAEMON_LOST'))
  })
}

test('a socket that is not there is DAEMON_DOWN and named', async (t) => {
  const path = join(temporaryDirectory(t), 'conf/.ctl')
  const down = failure('DAEMON_DOWN', new RegExp(`^the daemon is not running: nothing answers at ${path}$`))
  await assert.rejects(connect(path).get('/v1/status'), down)
  await assert.rejects(
    connect(path).post('/v1/up', {}, () => undefined),
    down,
  )
})

test('a socket that a dead daemon left is DAEMON_DOWN', async (t) => {
  const { client, path, server } = await serving(t, () => undefined)
  await new Promise((resolve) => server.close(resolve))
  // close() removes the socket's name; what kill -9 leaves is a name without a listener.
  const left = createServer()
  await new Promise<void>((resolve) => left.listen(`${path}.2`, resolve))
  linkSync(`${path}.2`, path)
  await new Promise((resolve) => left.close(resolve))
  await assert.rejects(client.get('/v1/status'), failure('DAEMON_DOWN'))
})

test('a socket that may not be opened is NOT_ALLOWED', async (t) => {
  const { client, path } = await serving(t, () => assert.fail('was reached'))
  chmodSync(path, 0)
  const directory = join(path, '..')
  await asPlainUser(directory, () => assert.rejects(client.get('/v1/status'), failure('NOT_ALLOWED', /\.ctl$/)))
  mkdirSync(join(directory, 'closed'))
  chmodSync(join(directory, 'closed'), 0)
  const hidden = connect(join(directory, 'closed/.ctl'))
  try {
    await asPlainUser(directory, () => assert.rejects(hidden.get('/v1/status'), failure('NOT_ALLOWED')))
  } finally {
    // A plain user could not remove it.
    chmodSync(join(directory, 'closed'), 0o700)
  }
})
