import assert from 'node:assert/strict'
import { statSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { test } from 'node:test'
import type { ControlEvent, Status } from '../../src/control/index.ts'
import { begin, Lab, type LabHost } from '../harness/lab.ts'
import { unlessThere } from '../support/tools.ts'

test('the control socket speaks HTTP and JSON, a POST a stream of lines', async (context) => {
  const lab = await Lab.of(context, 'alder')
  const [alder] = lab.hosts
  await lab.start()
  assert.equal(statSync(socketOf(alder!)).mode & 0o777, 0o600)
  const status = await ask(alder!, 'GET', '/v1/status')
  assert.deepEqual([status.code, (JSON.parse(status.text) as Status).host], [200, 'alder'])

  const [locked] = eventsOf((await ask(alder!, 'POST', '/v1/lock', { user: 'ann', message: 'by hand' })).text)
  assert.equal(locked?.event, 'result')
  const body = { user: 'ann', cwd: alder!.path('tmp'), argv: ['sh', '-c', 'echo out; echo err >&2'] }
  const events = eventsOf((await ask(alder!, 'POST', '/v1/exec', body)).text)
  const said = events.flatMap((event) => (event.event === 'output' ? [[event.stream, text(event.bytes)]] : []))
  assert.deepEqual(said.sort(), [
    ['stderr', 'err\n'],
    ['stdout', 'out\n'],
  ])
  assert.deepEqual(events.at(-1), { event: 'result', result: null })

  const [refused] = eventsOf((await ask(alder!, 'POST', '/v1/ci', { user: 'bob' })).text)
  assert.ok(refused?.event === 'error')
  assert.deepEqual([refused.code, refused.exit], ['LOCKED', 220])
  assert.match(refused.message, /ann@alder/)
})

test('a request that makes no sense is refused, and names what is wrong', async (context) => {
  const lab = await Lab.of(context, 'alder')
  const [alder] = lab.hosts
  await lab.start()
  const wrong: readonly (readonly [string, unknown, RegExp])[] = [
    ['/v1/lock', { user: 'ann' }, /message/],
    ['/v1/lock', { user: '', message: 'x' }, /user/],
    ['/v1/lock', { user: 'ann', message: 'x', force: true }, /force/],
    ['/v1/exec', { user: 'ann', cwd: 'tmp', argv: ['true'] }, /cwd/],
    ['/v1/exec', { user: 'ann', cwd: '/tmp', argv: [] }, /argv/],
    ['/v1/lock', '{"user": ', /not a valid request/],
    ['/v1/no-such-verb', {}, /no such request: POST \/v1\/no-such-verb/],
    ['/v1/lock', { tooLargeBytes: 5 * 1024 * 1024 }, /not a valid request/],
  ]
  for (const [path, body, words] of wrong) {
    const answer = await ask(alder!, 'POST', path, body)
    const event = eventsOf(answer.text).at(-1)
    assert.ok(event?.event === 'error', answer.text)
    assert.deepEqual([event.code, event.exit], ['BAD_REQUEST', 22])
    assert.match(event.message, words)
  }
  assert.equal((await ask(alder!, 'GET', '/v1/log?limit=few')).code, 400)
  assert.equal((await alder!.status()).lock, null)
})

test('curl can talk to the daemon', { skip: unlessThere('curl') }, async (context) => {
  const lab = await Lab.of(context, 'alder')
  const [alder] = lab.hosts
  await lab.start()
  const curl = ['curl', '--silent', '--fail', '--unix-socket', socketOf(alder!)]
  const run = await begin([...curl, 'http://localhost/v1/status'], {}).done
  assert.equal((JSON.parse(run.stdout) as Status).branch, 'generic')
  const json = ['-H', 'content-type: application/json', '-d', '{"user":"ann","message":"from curl"}']
  assert.match((await begin([...curl, ...json, 'http://localhost/v1/lock'], {}).done).stdout, /"event":"result"/)
})

function socketOf(host: LabHost): string {
  return join(host.home, 'conf/.ctl')
}

function ask(
  host: LabHost,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ code: number | undefined; text: string }> {
  return new Promise((resolve, reject) => {
    const headers = body === undefined ? {} : { 'content-type': 'application/json' }
    const { tooLargeBytes } = { tooLargeBytes: undefined, ...(body as object) }
    // Announced, and refused before it is sent.
    if (tooLargeBytes !== undefined) Object.assign(headers, { 'content-length': tooLargeBytes })
    const call = request({ socketPath: socketOf(host), method, path, headers, agent: false }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (bytes: Buffer) => chunks.push(bytes))
      response.once('end', () => resolve({ code: response.statusCode, text: Buffer.concat(chunks).toString() }))
    })
    call.once('error', reject)
    if (tooLargeBytes !== undefined) return call.flushHeaders()
    call.end(typeof body === 'string' ? body : body && JSON.stringify(body))
  })
}

function eventsOf(lines: string): readonly ControlEvent[] {
  return lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as ControlEvent)
}

function text(base64: string): string {
  return Buffer.from(base64, 'base64').toString()
}
