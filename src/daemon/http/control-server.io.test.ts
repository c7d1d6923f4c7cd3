import assert from 'node:assert/strict'
import { linkSync, statSync } from 'node:fs'
import { type ClientRequest, type IncomingMessage, request } from 'node:http'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { SimClock } from '../../../test/sim/clock.ts'
import { keyFrom } from '../../../test/sim/cluster-key.ts'
import { SimDisk } from '../../../test/sim/disk.ts'
import { SimMachine } from '../../../test/sim/machine.ts'
import { SimNetwork } from '../../../test/sim/network.ts'
import { seededRandom } from '../../../test/sim/random.ts'
import { storeOn } from '../../../test/sim/store.ts'
import { failure, temporaryDirectory } from '../../../test/support/files.ts'
import { type DomainName, type Log, silentLog } from '../../base/index.ts'
import { type Client, connect, type ErrorEvent, requestBytesMax, type Status } from '../../control/index.ts'
import type { Command, CommandResult, OutputListener } from '../../machine/machine.ts'
import { HostDaemon } from '../host-daemon.ts'
import { type ControlServer, serveControl } from './control-server.io.ts'

type Run = (command: Command, output: OutputListener, signal: AbortSignal) => Promise<CommandResult>

interface Served {
  readonly client: Client
  readonly path: string
  readonly control: ControlServer
  readonly clock: SimClock
  readonly errors: readonly string[]
  readonly stops: () => number
}

/** A daemon alone in a simulated world, behind a real socket; `run` is what its commands do. */
async function served(t: TestContext, run?: Run, socketPath?: string): Promise<Served> {
  const clock = new SimClock()
  const random = seededRandom(1)
  const disk = new SimDisk(random)
  const machine = new SimMachine(clock)
  if (run) machine.run = run
  const errors: string[] = []
  const log: Log = { ...silentLog, error: (_, message) => errors.push(message) }
  const store = await storeOn(disk)
  const transport = new SimNetwork(clock, random).transport('alder')
  const world = {
    disk,
    clock,
    random,
    transport,
    machine,
    store,
    key: keyFrom('alder'),
    log,
    settled: Promise.resolve(),
    addresses: () => [],
  }
  const identity = { host: 'alder', release: '5.0.0-test', domain: 'sim.example' as DomainName, home: '/is' }
  const daemon = await HostDaemon.start(identity, world)
  const path = socketPath ?? join(temporaryDirectory(t), '.ctl')
  const mesh = () => ({ addresses: [], authenticated: true, refused: 0 })
  const facts = {
    release: 'test',
    pid: 4711,
    domainSource: 'a test',
    warnings: () => [],
    bankAddress: () => undefined,
    unreached: () => [],
    mesh,
  }
  let stops = 0
  const onStop = (): void => {
    stops += 1
  }
  const control = await serveControl({
    socketPath: path,
    daemon,
    facts,
    log,
    onStop,
    afterVerb: async () => undefined,
    onRestart: async () => false,
  })
  t.after(async () => {
    await control.close()
    await daemon.stop()
  })
  return { client: connect(path), path, control, clock, errors, stops: () => stops }
}

const user = 'luke'
const quiet = (): void => undefined

/** A command that runs until it is interrupted, and what a test waits for. */
function endless() {
  let begin: () => void = () => undefined
  let end: () => void = () => undefined
  const begun = new Promise<void>((resolve) => {
    begin = resolve
  })
  const interrupted = new Promise<void>((resolve) => {
    end = resolve
  })
  const run: Run = (_, __, signal) =>
    new Promise((_, reject) => {
      begin()
      signal.addEventListener('abort', () => {
        end()
        reject(signal.reason)
      })
    })
  return { run, begun, interrupted }
}

/** A request by hand: status and body. */
async function ask(path: string, method: string, url: string, body?: string, type = 'application/json') {
  const headers = body === undefined ? {} : { 'content-type': type }
  const [response] = await begin(path, method, url, headers, body)
  let text = ''
  for await (const chunk of response) text += chunk
  return { status: response.statusCode, type: response.headers['content-type'] ?? '', text }
}

function begin(path: string, method: string, url: string, headers: Record<string, string>, body?: string) {
  return new Promise<[IncomingMessage, ClientRequest]>((resolve, reject) => {
    const call = request({ socketPath: path, method, path: url, headers }, (response) => resolve([response, call]))
    call.on('error', reject)
    call.end(body)
  })
}

const lock = (client: Client): Promise<unknown> => client.post('/v1/lock', { user, message: 'why' }, quiet)
const execWait = { user, cwd: '/', argv: ['wait'] }

test('the metrics stand at /metrics, too, where monitors look for them', async (t) => {
  const { client } = await served(t)
  const own = (text: string): readonly string[] => text.split('\n').filter((line) => line.startsWith('# TYPE '))
  const metrics = own(await client.text('/metrics'))
  assert.ok(metrics.length > 10)
  assert.deepEqual(metrics, own(await client.text('/v1/metrics')))
})

test('serveControl() opens the socket to its owner only, and takes it over from a killed daemon', async (t) => {
  const left = createServer()
  const directory = temporaryDirectory(t)
  const path = join(directory, '.ctl')
  await new Promise<void>((resolve) => left.listen(`${path}.left`, resolve))
  linkSync(`${path}.left`, path)
  await new Promise((resolve) => left.close(resolve))
  const { client } = await served(t, undefined, path)
  assert.equal(statSync(path).mode & 0o777, 0o600)
  assert.equal(((await client.get('/v1/status')) as Status).pid, 4711)
})

test('a verb answers with NDJSON that ends with its result', async (t) => {
  const { path } = await served(t)
  const { status, type, text } = await ask(path, 'POST', '/v1/lock', '{"user":"luke","message":"why"}')
  assert.equal(status, 200)
  assert.match(type, /^application\/x-ndjson/)
  const { event, result } = JSON.parse(text) as { event: string; result: { user: string; message: string } }
  assert.deepEqual([event, result.user, result.message], ['result', 'luke', 'why'])
  assert.equal(text.indexOf('\n'), text.length - 1)
})

test('a verb that fails ends its stream with the failure, as the table has it', async (t) => {
  const { path } = await served(t)
  const { status, text } = await ask(path, 'POST', '/v1/ci', '{"user":"luke"}')
  assert.equal(status, 200)
  const { event, code, exit, hint } = JSON.parse(text) as ErrorEvent
  assert.deepEqual([event, code, exit], ['error', 'NOT_LOCKED', 221])
  assert.match(hint, /isconf lock/)
})

test('output arrives byte by byte as it was written, while the command runs', async (t) => {
  let end: () => void = () => undefined
  const { client } = await served(t, async (_, output) => {
    await output('stdout', Buffer.from([0, 255, 10]))
    await output('stderr', Buffer.from('é'))
    await new Promise<void>((resolve) => {
      end = resolve
    })
    return { status: 0, outputSha256: '' }
  })
  await lock(client)
  const heard: unknown[] = []
  await client.post('/v1/exec', execWait, (event) => {
    heard.push(event)
    if (heard.length === 2) end()
  })
  assert.deepEqual(heard, [
    { event: 'output', stream: 'stdout', bytes: 'AP8K' },
    { event: 'output', stream: 'stderr', bytes: 'w6k=' },
  ])
})

test('a reader that is slow slows the command down, and loses nothing', async (t) => {
  const chunk = Buffer.alloc(64 * 1024, 'x')
  const warnings: string[] = []
  const onWarning = ({ message }: Error): void => void warnings.push(message)
  process.on('warning', onWarning)
  t.after(() => process.off('warning', onWarning))
  let waits = 0
  const { client, path } = await served(t, async (_, output) => {
    for (let count = 0; count < 200; count += 1) {
      const slow = output('stdout', chunk)
      if (slow) waits += 1
      await slow
    }
    return { status: 0, outputSha256: '' }
  })
  await lock(client)
  const body = JSON.stringify(execWait)
  const [response] = await begin(path, 'POST', '/v1/exec', { 'content-type': 'application/json' }, body)
  let bytes = 0
  for await (const part of response as AsyncIterable<Buffer>) {
    bytes += part.length
    await new Promise(setImmediate)
  }
  assert.ok(bytes > (200 * chunk.length * 4) / 3)
  assert.ok(waits > 20, `${waits} waits`)
  assert.deepEqual(warnings, [])
})

test('a second verb is BUSY and names the first; reading goes on', async (t) => {
  const { run, begun } = endless()
  const { client } = await served(t, run)
  await lock(client)
  const first = client.post('/v1/exec', execWait, quiet)
  first.catch(quiet)
  await begun
  for (const verb of ['exec', 'up', 'ci', 'snap', 'lock', 'unlock', 'resolve']) {
    const second = client.post(`/v1/${verb}`, execWait, quiet)
    await assert.rejects(second, failure('BUSY', /^this host is busy with `isconf exec`$/))
  }
  assert.equal(((await client.get('/v1/status')) as Status).host, 'alder')
  assert.deepEqual(await client.get('/v1/log'), [])
  await client.post('/v1/interrupt', {}, quiet)
  await assert.rejects(first, failure('INTERRUPTED'))
})

test('interrupt stops what is under way and says what that was; the next verb is done', async (t) => {
  const { run, begun } = endless()
  const { client } = await served(t, run)
  await lock(client)
  assert.equal(await client.post('/v1/interrupt', {}, quiet), null)
  const first = client.post('/v1/exec', execWait, quiet)
  first.catch(quiet)
  await begun
  assert.equal(await client.post('/v1/interrupt', {}, quiet), 'exec')
  await assert.rejects(first, failure('INTERRUPTED', /^`isconf exec` was interrupted$/))
  assert.equal(((await client.get('/v1/status')) as Status).work?.operations.length ?? 0, 0)
  assert.equal(await client.post('/v1/interrupt', {}, quiet), null)
  await client.post('/v1/unlock', { user }, quiet)
})

test('a client interrupts what it asked for, and not what another one did', async (t) => {
  const { run, begun } = endless()
  const { client, path } = await served(t, run)
  await lock(client)
  const first = client.post('/v1/exec', execWait, quiet)
  first.catch(quiet)
  await begun
  assert.equal(await connect(path).interrupt(), null)
  assert.equal(await client.interrupt(), 'exec')
  await assert.rejects(first, failure('INTERRUPTED'))
})

test('who hangs up leaves what changes the host to its end, and nobody is kept waiting', async (t) => {
  let end: () => void = quiet
  let begin: () => void = quiet
  const begun = new Promise<void>((resolve) => {
    begin = resolve
  })
  const { client, path } = await served(t, async (_, output, signal) => {
    begin()
    await new Promise<void>((resolve) => {
      end = resolve
    })
    // More than any socket holds, to nobody.
    await output('stdout', Buffer.alloc(10_000_000, 'x'))
    signal.throwIfAborted()
    return { status: 0, outputSha256: '' }
  })
  await lock(client)
  const headers = { 'content-type': 'application/json' }
  const call = request({ socketPath: path, method: 'POST', path: '/v1/exec', headers })
  call.on('error', quiet)
  call.end(JSON.stringify(execWait))
  await begun
  call.destroy()
  // Questions and their answers: whatever the hanging up set off has been done by then.
  for (let count = 0; count < 5; count += 1) await client.get('/v1/status')
  await assert.rejects(client.post('/v1/ci', { user }, quiet), failure('BUSY'))
  end()
  const isIdle = () => client.post('/v1/up', { user }, quiet).catch((error) => error.code !== 'BUSY')
  while (!(await isIdle())) await new Promise(setImmediate)
  assert.equal(((await client.get('/v1/status')) as Status).work?.operations.length, 1)
})

test('who waits for a command that writes nothing is told that it can read nothing, and how to stop it', async (t) => {
  const { run, begun } = endless()
  const { client, clock } = await served(t, run)
  await lock(client)
  const heard: string[] = []
  const body = { ...execWait, argv: ['vi', '/etc/two words', 'x'.repeat(100)] }
  const first = client.post('/v1/exec', body, (event) => event.event === 'progress' && heard.push(event.text))
  const stopped = assert.rejects(first, failure('INTERRUPTED'))
  await begun
  await clock.run(10_000)
  await client.interrupt()
  await stopped
  const command = `vi '/etc/two words' ${'x'.repeat(40)}…`
  const waits = 'it has no terminal and nothing to read, and Ctrl-C stops it'
  assert.deepEqual(heard, [`${command} has written nothing for 10 seconds; ${waits}`])
})

test('close() stops what is under way, and takes the socket away', async (t) => {
  const { run, begun } = endless()
  const { client, control } = await served(t, run)
  await lock(client)
  const first = client.post('/v1/exec', execWait, quiet)
  const stopped = assert.rejects(first, failure('INTERRUPTED'))
  await begun
  await control.close()
  await stopped
  await assert.rejects(client.get('/v1/status'), failure('DAEMON_DOWN'))
})

test('stop answers with the process and hands the wish on', async (t) => {
  const { client, stops } = await served(t)
  assert.deepEqual(await client.post('/v1/stop', {}, quiet), { pid: 4711, after: null })
  assert.equal(stops(), 1)
})

/** Requests that are wrong as a whole: they are answered with status 400 and one document. */
const wrong: readonly (readonly [string, string, string, string | undefined, string, RegExp])[] = [
  ['no JSON', 'POST', '/v1/lock', '{"user":', 'application/json', /^not a valid request: .*JSON/],
  ['nothing', 'POST', '/v1/lock', '', 'application/json', /^not a valid request: .*empty/],
  ['another type', 'POST', '/v1/lock', 'user=luke', 'application/x-www-form-urlencoded', /^not a valid request: /],
  ['too much', 'POST', '/v1/lock', `"${'x'.repeat(requestBytesMax)}"`, 'application/json', /too large/],
  ['an unknown verb', 'POST', '/v1/dance', '{}', 'application/json', /^no such request: POST \/v1\/dance$/],
  ['an unknown path', 'GET', '/', undefined, '', /^no such request: GET \/$/],
  ['a verb by GET', 'GET', '/v1/lock', undefined, '', /^no such request: GET \/v1\/lock$/],
  ['status by POST', 'POST', '/v1/status', '{}', 'application/json', /^no such request: POST \/v1\/status$/],
  [
    'a limit that is none',
    'GET',
    '/v1/log?limit=-1',
    undefined,
    '',
    /^not a valid request: limit: not a whole number: -1$/,
  ],
  ['two limits', 'GET', '/v1/log?limit=1&limit=2', undefined, '', /^not a valid request: limit: /],
  ['a prototype', 'POST', '/v1/lock', '{"__proto__":{"user":"x"}}', 'application/json', /^not a valid request: /],
]

for (const [what, method, url, body, type, message] of wrong) {
  test(`a request with ${what} is BAD_REQUEST with status 400`, async (t) => {
    const { path, errors } = await served(t)
    const answer = await ask(path, method, url, body, type)
    assert.equal(answer.status, 400)
    assert.match(answer.type, /^application\/json/)
    const told = JSON.parse(answer.text) as ErrorEvent
    assert.deepEqual([told.event, told.code, told.exit], ['error', 'BAD_REQUEST', 22])
    assert.match(told.message, message)
    assert.deepEqual(errors, [])
  })
}

/** Bodies that are JSON and not what the verb takes: the member is named. */
const wrongBodies: readonly (readonly [string, unknown, RegExp])[] = [
  ['lock', { user }, /^not a valid request: message: /],
  ['lock', { user, message: 5 }, /^not a valid request: message: /],
  ['lock', { user: '', message: 'x' }, /^not a valid request: user: /],
  ['lock', { user, message: 'x', force: true }, /^not a valid request: unrecognized key: "force"$/],
  ['lock', [], /^not a valid request: invalid input: expected object, received array$/],
  ['snap', { user, cwd: 'relative', paths: ['x'] }, /^not a valid request: cwd: /],
  ['snap', { user, cwd: '/', paths: [''] }, /^not a valid request: paths\.0: /],
  ['snap', { user, cwd: '/', paths: [] }, /^not a valid request: paths: /],
  ['exec', { user, cwd: '/', argv: [] }, /^not a valid request: argv: /],
  ['exec', { user, cwd: '/', argv: ['a', 5] }, /^not a valid request: argv\.1: /],
  ['resolve', { user, keep: 'xyz' }, /^not a valid request: keep: /],
  ['up', {}, /^not a valid request: user: /],
]

for (const [verb, body, message] of wrongBodies) {
  test(`${verb} with ${JSON.stringify(body)} is BAD_REQUEST and names what is wrong`, async (t) => {
    const { client } = await served(t)
    await assert.rejects(client.post(`/v1/${verb}`, body as object, quiet), failure('BAD_REQUEST', message))
    assert.equal(((await client.get('/v1/status')) as Status).lock, null)
  })
}

test('what is no failure of a correct program is UNEXPECTED, and is in the log', async (t) => {
  const { client, errors } = await served(t, () => Promise.reject(new TypeError('x is not a function')))
  await lock(client)
  await assert.rejects(client.post('/v1/exec', execWait, quiet), failure('UNEXPECTED', /^x is not a function$/))
  assert.deepEqual(errors, ['unexpected failure'])
})

test('log gives as many changesets as asked for', async (t) => {
  const { client } = await served(t, async () => ({ status: 0, outputSha256: '' }))
  for (let count = 0; count < 3; count += 1) {
    await lock(client)
    await client.post('/v1/exec', execWait, quiet)
    await client.post('/v1/ci', { user }, quiet)
  }
  const lengthOf = async (query: string): Promise<number> => ((await client.get(`/v1/log${query}`)) as []).length
  assert.deepEqual([await lengthOf(''), await lengthOf('?limit=2'), await lengthOf('?limit=0')], [3, 2, 0])
})
