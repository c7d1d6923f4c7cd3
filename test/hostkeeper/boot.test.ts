/** Boots: the hook, run as the units run it, until the services would start. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { assertDone, assertNoTrace, begin, type Run, until } from '../harness/run.ts'
import { namesIn } from '../support/files.ts'
import { testWith, unlessThere } from '../support/tools.ts'
import { type BootHost, bootHost, hookPath } from './boots.ts'

const makeTest = testWith('make')

const shells = ['dash', 'bash', 'busybox sh']

for (const shell of shells) {
  test(`a boot under ${shell} fetches the tree and makes the host right before its services`, {
    skip: unlessThere('make', shell.split(' ')[0] ?? ''),
  }, async (t) => {
    const host = bootHost(t)
    host.publish('1', 'a b')
    assertDone(await host.boot(shell))
    assert.deepEqual(host.done(), ['a-1', 'b-1', 'services'])
    assertDone(await host.boot(shell))
    assert.deepEqual(host.done(), ['services'])
  })
}

makeTest('a host that was off for several versions of the tree is at the newest before its services', async (t) => {
  const host = bootHost(t)
  host.publish('1', 'a')
  assertDone(await host.boot())
  for (const [version, packages] of [
    ['2', 'a b'],
    ['3', 'a b c'],
    ['4', 'a c'],
    ['5', 'a c d'],
  ] as const)
    host.publish(version, packages)
  host.done()
  assertDone(await host.boot())
  assert.deepEqual(host.done(), ['c-5', 'd-5', 'services'])
  // The one that it had, and the newest.
  assert.equal(namesIn(join(host.home, 'trees')).length, 2)
})

makeTest('a role that has changed since the last boot is acted on before the services', async (t) => {
  const host = bootHost(t)
  host.publish('1', 'a')
  assertDone(await host.boot())
  assert.deepEqual(host.done(), ['a-1', 'services'])
  host.publish('2', 'b')
  assertDone(await host.boot())
  assert.deepEqual(host.done(), ['b-2', 'services'])
})

makeTest('without its source a host goes on with the tree that it has', async (t) => {
  const host = bootHost(t)
  host.publish('1', 'a')
  assertDone(await host.boot())
  host.done()
  rmSync(join(host.home, 'stamps'), { recursive: true })
  rmSync(host.source, { recursive: true })
  const { stderr } = assertDone(await host.boot())
  assert.match(
    stderr,
    /error: .*source: no such directory\n.*\nrc\.isconf: the tree could not be fetched: going on with what/,
  )
  assert.deepEqual(host.done(), ['a-1', 'services'])
})

makeTest('a tree that is no good is not taken, at any boot, and a later good one is', async (t) => {
  const host = bootHost(t)
  host.publish('1', 'a')
  assertDone(await host.boot())
  const held = readlinkSync(join(host.home, 'tree'))
  host.publish('2', 'a b', { 'hosts.conf': 'DEFAULT: "\n' })
  for (let boots = 0; boots < 2; boots += 1) {
    assert.match(assertDone(await host.boot()).stderr, /hosts\.conf:1: a double quote .*is not closed/)
    assert.equal(readlinkSync(join(host.home, 'tree')), held)
  }
  host.publish('3', 'a b')
  assertDone(await host.boot())
  assert.deepEqual(host.done(), ['a-1', 'services', 'services', 'services', 'b-3', 'services'])
})

interface Result {
  readonly level: string
  readonly why: string | null
  readonly step: string | null
  readonly log: string | null
}

const result = (host: BootHost): Result => JSON.parse(readFileSync(join(host.home, 'boot'), 'utf8')) as Result
const motd = (host: BootHost): string => join(host.directory, 'motd.d/hostkeeper')

makeTest(
  'by policy stop a failing make keeps the services from starting; the next good boot takes all word of it away',
  async (t) => {
    const host = bootHost(t)
    host.env['HOSTKEEPER_ON_FAILURE'] = 'stop'
    host.publish('1', 'a bad')
    const run = await host.boot()
    assert.equal(run.status, 2, run.stderr)
    assertNoTrace(run)
    assert.deepEqual(host.done(), ['a-1'])
    const { level, why, step, log } = result(host)
    assert.deepEqual([level, why, step], ['failed', 'make failed at bad with status 2', 'bad'])
    assert.match(readFileSync(log ?? '', 'utf8'), /false/)
    assert.ok(readFileSync(motd(host), 'utf8').includes('make failed at bad with status 2, at '))
    assert.ok(readFileSync(motd(host), 'utf8').includes(log ?? ''))
    assert.equal((await host.hook('status').done).status, 1)
    host.publish('2', 'a b')
    assertDone(await host.boot())
    assert.deepEqual([result(host).level, existsSync(motd(host))], ['right', false])
    assert.deepEqual(host.done(), ['b-2', 'services'])
    assert.equal((await host.hook('status').done).status, 0)
  },
)

makeTest(
  'by policy continue a failing make lets the services start, and leaves a record, a log and a line of the day',
  async (t) => {
    const host = bootHost(t)
    host.publish('1', 'bad')
    const { stderr } = assertDone(await host.boot())
    assert.match(stderr, /rc\.isconf: the boot goes on: HOSTKEEPER_ON_FAILURE=continue/)
    assert.deepEqual(host.done(), ['services'])
    assert.equal(result(host).level, 'failed')
    assert.match(readFileSync(motd(host), 'utf8'), /^This host is not as it should be: .* at .*\. See \/.*\.log\.\n$/)
  },
)

makeTest('the last good tree stays when the boot with its successor fails', async (t) => {
  const host = bootHost(t)
  host.publish('1', 'a')
  assertDone(await host.boot())
  const good = readlinkSync(join(host.home, 'tree'))
  for (const version of ['2', '3']) {
    host.publish(version, 'a bad')
    assertDone(await host.boot())
  }
  assert.notEqual(readlinkSync(join(host.home, 'tree')), good)
  assertDone(await host.run('rollback'))
  assert.equal(readlinkSync(join(host.home, 'tree')), good)
  assertDone(await host.boot())
  // The source still has the bad one, which is not taken again.
  assert.equal(readlinkSync(join(host.home, 'tree')), good)
  assert.equal(result(host).level, 'right')
})

const ownHook = (note: string): string =>
  readFileSync(hookPath, 'utf8').replace('\nstart() {\n', `\nstart() {\n  echo ${note} >> "$NOTES"\n`)

makeTest('the hook of the fetched tree takes over, once, before the tree does', async (t) => {
  const host = bootHost(t)
  host.publish('1', 'a', { 'rc.isconf': ownHook('hook-1') })
  const { stderr } = assertDone(await host.boot())
  assert.match(stderr, /rc\.isconf: going on with .*staged\/rc\.isconf/)
  assert.deepEqual(host.done(), ['hook-1', 'a-1', 'services'])
  host.publish('2', 'a b', { 'rc.isconf': ownHook('hook-2') })
  assertDone(await host.boot())
  assert.deepEqual(host.done(), ['hook-2', 'b-2', 'services'])
  // Without the source it is the one of the current tree.
  rmSync(host.source, { recursive: true })
  assertDone(await host.boot())
  assert.deepEqual(host.done(), ['hook-2', 'services'])
})

makeTest('a new hook that no shell can read is not taken, and the host is made right all the same', async (t) => {
  const host = bootHost(t)
  host.publish('1', 'a', { 'rc.isconf': '#!/bin/sh\nif true; then\n' })
  const { stderr } = assertDone(await host.boot())
  assert.match(stderr, /rc\.isconf: .*staged\/rc\.isconf is no good: going on with/)
  assert.deepEqual(host.done(), ['a-1', 'services'])
})

makeTest('a hook of the tree that dies leaves word all the same, and the policy holds', async (t) => {
  const host = bootHost(t)
  host.publish('1', 'a', { 'rc.isconf': '#!/bin/sh\nexit 7\n' })
  assertDone(await host.boot())
  assert.deepEqual(host.done(), ['services'])
  assert.match(result(host).why ?? '', /rc\.isconf ended with status 7$/)
  host.env['HOSTKEEPER_ON_FAILURE'] = 'stop'
  assert.equal((await host.boot()).status, 7)
  assert.deepEqual(host.done(), [])
})

for (const [what, lines] of [
  ['another word', 'HOSTKEEPER_ON_FAILURE=Stop\n'],
  ['line ends of another system', 'HOSTKEEPER_ON_FAILURE=stop\r\n'],
  ['a line that no shell can read', 'HOSTKEEPER_ON_FAILURE=stop\nHOSTKEEPER_SOURCE=exec:no-such-program -Q\n'],
] as const) {
  test(`a settings file with ${what} does not turn the policy into continue`, async (t) => {
    const host = bootHost(t)
    host.env['ISCONFDIR'] = host.home
    host.env['HOSTKEEPER_SOURCE'] = host.source
    writeFileSync(host.env['HOSTKEEPER_CONF'] ?? '', lines)
    host.publish('1', 'bad')
    const run = await host.boot()
    assert.notEqual(run.status, 0, run.stderr)
    assert.deepEqual(host.done(), [])
  })
}

makeTest('a boot that is killed while it updates, and boots again, ends as one that was not', async (t) => {
  const host = bootHost(t)
  host.publish('1', 'a')
  assertDone(await host.boot())
  host.publish('2', 'a b')
  host.done()
  // Half of the tree is there when it stops, which must not be for its own limit of time.
  host.env['HOSTKEEPER_SOURCE'] = `exec:cp ${host.source}/hosts.conf . && touch "$NOTES.half" && sleep 20`
  host.env['HOSTKEEPER_TIMEOUT'] = '60'
  const { child, done } = begin(['setsid', '--wait', 'sh', hookPath, 'start'], {
    cwd: host.directory,
    env: { ...process.env, ...host.env, PATH: `${host.directory}/bin:${process.env['PATH']}` },
  })
  await until(() => existsSync(join(host.directory, 'notes.half')), 'half of the tree is there')
  const pid = readFileSync(join(host.home, 'lock'), 'utf8').split(' ')[0]
  process.kill(Number(pid), 'SIGKILL')
  assert.equal(namesIn(join(host.home, 'trees')).filter((name) => name.startsWith('.fetching-')).length, 1)
  // The hook itself goes on with what there is; it would not, had the power failed.
  child.kill('SIGKILL')
  await done
  delete host.env['HOSTKEEPER_SOURCE']
  delete host.env['HOSTKEEPER_TIMEOUT']
  await until(async () => (await host.run('fetch')).status === 0, 'nobody has the lock any more')
  assertDone(await host.boot())
  assert.deepEqual(
    host.done().filter((note) => note !== 'services'),
    ['b-2'],
  )
  assert.deepEqual(
    namesIn(join(host.home, 'trees')).filter((name) => name.startsWith('.')),
    [],
  )
})

test('without a tree and a source, and without the program, the hook says what to do', async (t) => {
  const host = bootHost(t)
  host.env['HOSTKEEPER_ON_FAILURE'] = 'stop'
  writeFileSync(host.env['HOSTKEEPER_CONF'] ?? '', `ISCONFDIR=${host.home}\n`)
  const none = await host.boot()
  assert.equal(none.status, 1)
  assert.match(none.stderr, /there is no tree in .*: set HOSTKEEPER_SOURCE in .*, or make one: hostkeeper init/)
  host.env['HOSTKEEPER'] = '/nonexistent/hostkeeper'
  const missing = await host.boot()
  assert.equal(missing.status, 127)
  assert.match(missing.stderr, /there is no program \/nonexistent\/hostkeeper: install ISconf and Node, then:/)
  assert.match(readFileSync(motd(host), 'utf8'), /there is no program/)
})

makeTest('a tree that somebody made by hand is used as it is, with and without a source', async (t) => {
  const host = bootHost(t)
  host.publish('1', 'a')
  symlinkSync(host.source, join(host.directory, 'unused'))
  writeFileSync(host.env['HOSTKEEPER_CONF'] ?? '', `ISCONFDIR=${host.home}\n`)
  const copied = await begin(['sh', '-c', `mkdir -p ${host.home} && cp -R ${host.source} ${host.home}/tree`], {}).done
  assertDone(copied)
  assertDone(await host.boot())
  assert.deepEqual(host.done(), ['a-1', 'services'])
  host.publish('2', 'a b')
  host.env['HOSTKEEPER_SOURCE'] = host.source
  const { stderr }: Run = assertDone(await host.boot())
  assert.match(stderr, /tree is a directory that somebody made, not a link.*\n.*hint: .*move it away/)
  assert.deepEqual(host.done(), ['services'])
})

test('the hook knows start, stop and status, and tells its usage for anything else', async (t) => {
  const host = bootHost(t)
  assertDone(await host.hook('stop').done)
  for (const word of ['', 'begin']) {
    const run = await host.hook(word).done
    assert.equal(run.status, 2)
    assert.match(run.stderr, /^usage: /)
  }
})
