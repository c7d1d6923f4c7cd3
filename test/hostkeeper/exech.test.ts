/** exech, against a web server on loopback. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { assertDone, assertNoTrace, begin, describe, type Run, until } from '../harness/run.ts'
import { noSmallDisk } from '../harness/small-disk.ts'
import { hostkeeperHost } from './host.ts'

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/** The address of a server that answers with these. */
async function serving(
  t: TestContext,
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<string> {
  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Where a server was, and none is. */
async function closedPort(): Promise<string> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return `http://127.0.0.1:${port}`
}

const servingFiles = (t: TestContext, files: Readonly<Record<string, string>>): Promise<string> =>
  serving(t, (request, response) => {
    const text = files[request.url ?? '']
    response.statusCode = text === undefined ? 404 : 200
    response.end(text ?? 'not here')
  })

function assertRefused(run: Run, status: number, ...words: readonly string[]): void {
  assert.equal(run.status, status, describe(run))
  assertNoTrace(run)
  assert.match(run.stderr, /^exech: error: .*\nexech: hint: .*\n$/, describe(run))
  for (const word of words) assert.ok(run.stderr.includes(word), `${word} is not in\n${describe(run)}`)
}

test('exech runs a script of a web server with its words, input and environment, and ends with its status', async (t) => {
  const text = '#!/bin/sh\necho "$# $1 $2 $GREETING"; cat; pwd; echo err >&2; exit 7\n'
  const url = await servingFiles(t, { '/pkgbank/foo.sh': text })
  const host = hostkeeperHost(t)
  const env = { ...host.env, GREETING: 'hi' }
  const argv = ['exech', `${url}/pkgbank/foo.sh`, '-o', 'two words']
  const run = await begin(argv, { cwd: host.path('root'), env, input: 'in\n' }).done
  assert.equal(run.status, 7, describe(run))
  assert.equal(run.stdout, `2 -o two words hi\nin\n${host.path('root')}\n`)
  assert.equal(run.stderr, 'err\n')
  assert.deepEqual(readdirSync(host.path('isconf/tmp')), [])
})

test('exech runs what has no first line with /bin/sh, and a script of Perl with Perl', async (t) => {
  const url = await servingFiles(t, {
    '/plain': 'echo plain "$1"\n',
    '/perl': '#!/usr/bin/perl\nprint "perl @ARGV\\n";\n',
  })
  const host = hostkeeperHost(t)
  assert.equal(assertDone(await host.run('exech', `${url}/plain`, 'a')).stdout, 'plain a\n')
  assert.equal(assertDone(await host.run('exech', `${url}/perl`, 'b', 'c')).stdout, 'perl b c\n')
  host.write('none', '#!/no/such/interpreter\n')
  assertRefused(await host.run('exech', `file://${host.path('none')}`), 1, 'interpreter')
})

test('exech runs a file of this host, and ends with 128 and its signal when it was killed', async (t) => {
  const host = hostkeeperHost(t, { 'a script': 'kill -TERM $$\n' })
  const run = await host.run('exech', `file://${host.path('a%20script')}`)
  assert.equal(run.status, 143, describe(run))
  assertRefused(await host.run('exech', 'file:///no/such/file'), 2, '/no/such/file')
  assertRefused(await host.run('exech', 'file://elsewhere/x'), 22, 'no file of this host')
})

test('exech checks the hash before it runs anything', async (t) => {
  const text = 'touch "$1"\n'
  const host = hostkeeperHost(t, { script: text })
  const url = `file://${host.path('script')}`
  const other = sha256('other')
  assertRefused(await host.run('exech', '--sha256', other, url, 'made'), 1, other, sha256(text))
  assertRefused(await host.run('exech', `${url}#sha256=${other}`, 'made'), 1, other)
  assert.ok(!existsSync(host.path('made')))
  assertDone(await host.run('exech', '--sha256', sha256(text).toUpperCase(), url, 'made'))
  assertDone(await host.run('exech', `${url}#sha256=${sha256(text)}`, 'too'))
  assert.ok(existsSync(host.path('made')) && existsSync(host.path('too')))
  assertRefused(await host.run('exech', '--sha256', other, `${url}#sha256=${sha256(text)}`), 22, other)
  assertRefused(await host.run('exech', '--sha256', 'abc', url), 22, '"abc"')
  assertRefused(await host.run('exech', `${url}#md5=1`), 22, '#sha256=HEX')
})

test('a server without the file, a closed port and a cut answer are told, and nothing is run', async (t) => {
  const url = await serving(t, (request, response) => {
    if (request.url !== '/cut') {
      response.statusCode = 404
      response.end()
      return
    }
    response.writeHead(200, { 'content-length': 1000 })
    response.write('touch made\n', () => response.destroy())
  })
  const host = hostkeeperHost(t)
  assertRefused(await host.run('exech', `${url}/pkgbank/foo`), 1, `${url}/pkgbank/foo: `, '404 Not Found')
  assertRefused(await host.run('exech', `${url}/cut`), 1, `${url}/cut: `)
  const closed = await closedPort()
  assertRefused(await host.run('exech', `${closed}/foo`), 1, `${closed}/foo: connection refused`)
  const byName = closed.replace('127.0.0.1', 'localhost')
  assertRefused(await host.run('exech', `${byName}/foo`), 1, `${byName}/foo: connection refused`)
  assert.ok(!existsSync(host.path('made')))
  assert.deepEqual(readdirSync(host.path('isconf/tmp')), [])
})

test('exech waits for a silent server no longer than HOSTKEEPER_TIMEOUT', async (t) => {
  const url = await serving(t, (_, response) => void response.write('echo'))
  const host = hostkeeperHost(t)
  const run = await host.begin(['exech', `${url}/slow`], { HOSTKEEPER_TIMEOUT: '1' }).done
  assertRefused(run, 1, 'said nothing for 1 second')
})

test('redirects are followed, but not for ever', async (t) => {
  const url = await serving(t, (request, response) => {
    const to = { '/a': '/b', '/b': 'c', '/loop': '/loop', '/away': 'file:///etc/passwd' }[request.url ?? '']
    if (to !== undefined) response.writeHead(302, { location: to })
    response.end('echo arrived\n')
  })
  const host = hostkeeperHost(t)
  assert.equal(assertDone(await host.run('exech', `${url}/a`)).stdout, 'arrived\n')
  assertRefused(await host.run('exech', `${url}/loop`), 1, 'redirects more than')
  assertRefused(await host.run('exech', `${url}/away`), 1, `${url}/away: `)
})

test('a name and a password in the address are sent to that server, and not shown', async (t) => {
  const url = await serving(t, ({ headers }, response) => {
    response.statusCode = headers.authorization === `Basic ${Buffer.from('luke:s@w').toString('base64')}` ? 200 : 401
    response.end('echo in\n')
  })
  const host = hostkeeperHost(t)
  assert.equal(assertDone(await host.run('exech', url.replace('//', '//luke:s%40w@'))).stdout, 'in\n')
  const run = await host.run('exech', url.replace('//', '//luke:wrong@'))
  assertRefused(run, 1, '401')
  assert.doesNotMatch(run.stderr, /wrong/)
})

for (const [signal, status] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  test(`${signal} goes on to the script, whose end exech waits for`, async (t) => {
    const host = hostkeeperHost(t, {
      script: `trap 'touch ended; exit ${status}' INT TERM; touch begun; for i in $(seq 600); do sleep 0.1; done\n`,
    })
    const { child, done } = host.begin(['exech', `file://${host.path('script')}`])
    await until(() => existsSync(host.path('begun')), 'the script runs')
    child.kill(signal)
    assert.equal((await done).status, status)
    assert.ok(existsSync(host.path('ended')))
    assert.deepEqual(readdirSync(host.path('isconf/tmp')), [])
  })
}

test('SIGTERM while the script is fetched ends exech, with nothing run', async (t) => {
  let isAsked = false
  const url = await serving(t, (_, response) => {
    response.write('touch made\n')
    isAsked = true
  })
  const host = hostkeeperHost(t)
  const { child, done } = host.begin(['exech', url])
  await until(() => isAsked, 'the script is asked for')
  child.kill('SIGTERM')
  assertRefused(await done, 2, 'interrupted')
  assert.ok(!existsSync(host.path('made')))
})

test('a disk that fills up is told, and nothing is run', { skip: noSmallDisk() }, async (t) => {
  const url = await servingFiles(t, { '/large': `touch "$HOME/made"\n${'#'.repeat(4_000_000)}` })
  const host = hostkeeperHost(t)
  const script = 'mount -t tmpfs -o size=1m tmpfs "$ISCONFDIR" && exec exech "$1"'
  const words = ['--mount', '--propagation', 'private', 'sh', '-c', script, 'sh', `${url}/large`]
  assertRefused(await host.begin(['unshare', ...words]).done, 223, 'no space left on device')
  assert.ok(!existsSync(host.path('made')))
})

test('what an exech that was killed has left is removed', async (t) => {
  const host = hostkeeperHost(t, { script: ':\n', 'isconf/tmp/exech-4194303-abcdef/foo': 'left\n' })
  mkdirSync(host.path(`isconf/tmp/exech-${process.pid}-abcdef`))
  assertDone(await host.run('exech', `file://${host.path('script')}`))
  assert.deepEqual(readdirSync(host.path('isconf/tmp')), [`exech-${process.pid}-abcdef`])
})

test('wrong use of exech is told with status 22', async (t) => {
  const host = hostkeeperHost(t)
  assertRefused(await host.run('exech'), 22, 'no url given')
  assertRefused(await host.run('exech', 'ftp://x/y'), 22, '"ftp://x/y"')
  assertRefused(await host.run('exech', '/etc/passwd'), 22, '"/etc/passwd"')
  assertRefused(await host.run('exech', '-x', 'file:///x'), 22, '-x')
})
