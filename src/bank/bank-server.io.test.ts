import assert from 'node:assert/strict'
import { request } from 'node:http'
import { type AddressInfo, connect, createServer } from 'node:net'
import { type TestContext, test } from 'node:test'
import { until } from '../../test/harness/run.ts'
import { SimClock } from '../../test/sim/clock.ts'
import { servedOverChannel } from '../../test/support/network.ts'
import { systemClock } from '../base/clock.io.ts'
import { IsconfError, type Log, silentLog } from '../base/index.ts'
import { type BankConnections, bankConnections } from './bank-connections.io.ts'
import { serveBank } from './bank-server.io.ts'
import type { BankServer, BankSource } from './bank-source.ts'

const blob = { id: 'ab'.repeat(32), sizeBytes: 6, pieces: 'cd'.repeat(32) }

type Read = BankSource['read']

interface Asked {
  readonly t: TestContext
  readonly port: number
  readonly source: BankSource
  readonly clock: SimClock
  readonly log: Log
}

/** From the files of this process, and from those of a daemon at the other end of the channel. */
const ways: Readonly<Record<string, (asked: Asked) => Promise<BankServer>>> = {
  '': ({ source, log, ...asked }) => serveBank({ ...asked, log, connections: bankConnections({ source, log }) }),
  ', by the network process': async ({ t, source, log, ...asked }) => {
    const { local } = await servedOverChannel(t, systemClock, log)
    const connections = local.bankConnections(source, log)
    const passAll: BankConnections['serve'] = (socket, { leave }) => connections.serve(socket, { isOwn: false, leave })
    return serveBank({ ...asked, log, connections: { ...connections, serve: passAll } })
  },
}

interface Serving {
  readonly bank: BankServer
  readonly clock: SimClock
  readonly warnings: readonly string[]
}

type Serve = (t: TestContext, read: Read, port?: number) => Promise<Serving>

/** A test of a bank whose one file is what `read` gives, in each way in which it is served. */
function bankTest(name: string, run: (t: TestContext, serving: Serve) => Promise<void>): void {
  for (const [way, serve] of Object.entries(ways)) {
    test(`${name}${way}`, (t) =>
      run(t, async (_, read, port = 0) => {
        const clock = new SimClock()
        const warnings: string[] = []
        const log: Log = { ...silentLog, warn: (_, message) => warnings.push(message) }
        const source: BankSource = {
          find: async (name) => ({ branch: 'web', blob: name === 'foo' ? blob : undefined }),
          names: async () => ['foo'],
          read,
        }
        const bank = await serve({ t, port, source, clock, log })
        t.after(() => bank.close())
        return { bank, clock, warnings }
      }))
  }
}

interface Answer {
  readonly status: number | undefined
  readonly text: string
  /** Whether the connection ended before the length that was promised. */
  readonly cut: boolean
}

function ask(url: string, method = 'GET', onText: () => void = () => undefined): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const call = request(url, { method, agent: false }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part
        onText()
      })
      const end = (): void => resolve({ status: response.statusCode, text, cut: !response.complete })
      response.once('end', end).once('error', end)
    })
    call.once('error', reject).end()
  })
}

const missing = (): IsconfError => new IsconfError('BLOB_MISSING', 'no reachable host has file abababababab')

bankTest('a file is sent as its pieces come', async (t, serving) => {
  let goOn: () => void = () => undefined
  const second = new Promise<void>((resolve) => {
    goOn = resolve
  })
  const { bank } = await serving(t, async function* () {
    yield Buffer.from('foo')
    await second
    yield Buffer.from('bar')
  })
  const url = new URL(`${bank.address()}/foo`)
  const socket = connect(Number(url.port), url.hostname)
  socket.write(`GET ${url.pathname} HTTP/1.1\r\nHost: ${url.host}\r\nConnection: close\r\n\r\n`)
  let heard = ''
  for await (const bytes of socket) {
    heard += bytes
    if (heard.endsWith('foo')) goOn()
  }
  assert.match(heard, /^HTTP\/1\.1 200 OK\r\n.*content-length: 6\r\n.*\r\n\r\nfoobar$/is)
})

bankTest('a file that no host has is 503 with a text that says so, also the second time', async (t, serving) => {
  const { bank } = await serving(t, async function* () {
    if (blob.sizeBytes > 0) throw missing()
    yield Buffer.from('')
  })
  for (let time = 0; time < 2; time += 1) {
    const { status, text } = await ask(`${bank.address()}/foo`)
    assert.deepEqual([status, text], [503, `${missing().message}; try again when a host that has it is up\n`])
  }
})

bankTest('a file that cannot be kept here is 503, too, with the reason, which is logged', async (t, serving) => {
  const full = new IsconfError('DISK_FULL', 'cannot write /is/store/partial: no space left on device')
  const { bank, warnings } = await serving(t, async function* () {
    if (blob.sizeBytes > 0) throw full
    yield Buffer.from('')
  })
  assert.deepEqual(await ask(`${bank.address()}/foo`), { status: 503, text: `${full.message}\n`, cut: false })
  await until(() => warnings.length > 0, 'it is told')
  assert.deepEqual(warnings, [`package bank: /pkgbank/foo: ${full.message}`])
})

bankTest(
  'a file that breaks off before its first bytes are taken is cut off as well, and no answer',
  async (t, serving) => {
    const { bank } = await serving(t, async function* () {
      yield Buffer.from('foo')
      throw missing()
    })
    const answer = ask(`${bank.address()}/foo`)
    // What has not left when the connection is broken off goes with it.
    const { status, cut } = await answer.catch(() => ({ status: 200, cut: true }))
    assert.deepEqual([status, cut], [200, true])
  },
)

bankTest('a file of which the rest is missing is cut off, and never looks whole', async (t, serving) => {
  const heard = Promise.withResolvers<void>()
  const { bank, warnings } = await serving(t, async function* () {
    yield Buffer.from('foo')
    await heard.promise
    throw missing()
  })
  assert.deepEqual(await ask(`${bank.address()}/foo`, 'GET', heard.resolve), { status: 200, text: 'foo', cut: true })
  await until(() => warnings.length > 0, 'it is told')
  assert.deepEqual(warnings, [`package bank: /pkgbank/foo: ${missing().message}`])
})

bankTest('HEAD is answered without reading anything', async (t, serving) => {
  const { bank } = await serving(t, () => assert.fail('was read'))
  assert.deepEqual(await ask(`${bank.address()}/foo`, 'HEAD'), { status: 200, text: '', cut: false })
  assert.deepEqual(await ask(`${bank.address()}/bar`, 'HEAD'), { status: 404, text: '', cut: false })
})

bankTest('who goes away is noticed by what reads for them', async (t, serving) => {
  let noticed: () => void = () => undefined
  const over = new Promise<void>((resolve) => {
    noticed = resolve
  })
  const { bank, warnings } = await serving(t, async function* (_, __, signal) {
    yield Buffer.from('foo')
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
    noticed()
  })
  const call = request(`${bank.address()}/foo`, { agent: false }, (response) => {
    response.once('data', () => call.destroy()).once('error', () => undefined)
  })
  call.once('error', () => undefined).end()
  await over
  assert.deepEqual(warnings, [])
})

bankTest(
  'connections of root, or of the user that the daemon runs as, beyond 64 at once are refused, and that is told once',
  async (t, serving) => {
    const { bank, warnings } = await serving(t, () => assert.fail('was read'))
    const { port } = new URL(bank.address() ?? '')
    const sockets = Array.from({ length: 64 + 2 }, () => connect(Number(port), '127.0.0.1'))
    let refused = 0
    for (const socket of sockets) {
      socket
        .once('error', () => undefined)
        .once('close', () => {
          refused += 1
        })
    }
    await until(() => refused === 2, 'two connections are closed')
    const uid = process.getuid?.()
    await until(() => warnings.length > 0, 'it is told')
    assert.deepEqual(warnings, [`package bank: refused a connection of user ${uid}, who has too many`])
    for (const socket of sockets) socket.destroy()
  },
)

bankTest('a port that is taken is a warning, and is had as soon as it is free', async (t, serving) => {
  const other = createServer()
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  const { port } = other.address() as AddressInfo
  const { bank, clock, warnings } = await serving(t, () => assert.fail('was read'), port)
  const text = `the package bank can't have port ${port} of 127.0.0.1, which IS_HTTP_PORT sets: something else has it`
  assert.deepEqual([bank.address(), bank.warning()], [undefined, text])
  const isHad = async (): Promise<boolean> => {
    await clock.run(15_000)
    return bank.address() !== undefined
  }
  assert.equal(await isHad(), false)
  await new Promise((resolve) => other.close(resolve))
  await until(isHad, 'the bank has its port')
  assert.deepEqual([bank.address(), bank.warning()], [`http://127.0.0.1:${port}/pkgbank`, undefined])
  assert.deepEqual(warnings, [`${text}; trying again every 15 seconds`])
  assert.equal((await ask(`${bank.address()}/`)).text, 'foo\n')
})

bankTest('a connection that sends more and more requests without taking an answer is cut', async (t, serving) => {
  let begun = 0
  const { bank } = await serving(t, async function* () {
    begun += 1
    await new Promise<void>(() => undefined)
    yield Buffer.from('')
  })
  const { port } = new URL(bank.address() ?? '')
  const socket = connect(Number(port), '127.0.0.1')
  let isCut = false
  socket
    .once('error', () => undefined)
    .once('close', () => {
      isCut = true
    })
  socket.write('GET /pkgbank/foo HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(200))
  await until(() => isCut, 'the connection is closed')
  assert.ok(begun <= 1)
})

bankTest('requests that come all at once are answered one after the other', async (t, serving) => {
  let begun = 0
  let goOn: () => void = () => undefined
  const first = new Promise<void>((resolve) => {
    goOn = resolve
  })
  const { bank } = await serving(t, async function* () {
    begun += 1
    if (begun === 1) await first
    yield Buffer.from('abcdef')
  })
  const { port } = new URL(bank.address() ?? '')
  const socket = connect(Number(port), '127.0.0.1')
  t.after(() => socket.destroy())
  let text = ''
  socket.setEncoding('utf8').on('data', (part: string) => {
    text += part
  })
  const last = 'GET /pkgbank/none HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'
  socket.write(`${'GET /pkgbank/foo HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(100)}${last}`)
  await until(() => begun > 0, 'the first is begun')
  // The requests came in one piece; others would have begun with it.
  await new Promise(setImmediate)
  assert.equal(begun, 1)
  goOn()
  await until(() => text.includes('404 Not Found'), 'the last is answered')
  assert.equal(begun, 100)
  assert.equal(text.match(/abcdef/g)?.length, 100)
})
