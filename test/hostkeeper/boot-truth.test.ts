/** What is told of a boot is true when it is read, and nothing is done by a host that does not yet know who it is. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { assertDone, assertNoTrace, type Run, until } from '../harness/run.ts'
import { testWith, unlessRootHas } from '../support/tools.ts'
import { type BootHost, bootHost, hookPath } from './boots.ts'
import { writeFiles } from './tree-host.ts'

const makeTest = testWith('make')
const rootOnly = { skip: unlessRootHas('make', 'unshare') }

const motdOf = (host: BootHost): string => {
  const path = join(host.directory, 'motd.d/hostkeeper')
  return existsSync(path) ? readFileSync(path, 'utf8') : ''
}

const said = async (host: BootHost): Promise<string> => assertDone(await host.run('status')).stdout

async function hookStatus(host: BootHost): Promise<{ readonly status: number | null; readonly text: string }> {
  const { status, stdout, stderr } = await host.hook('status').done
  return { status, text: `${stderr}${stdout}` }
}

makeTest('a source that answers a little later than the boot is asked again', async (t) => {
  const host = bootHost(t)
  host.env['HOSTKEEPER_TIMEOUT'] = '60'
  const { done } = host.hook('start')
  await until(() => existsSync(join(host.home, 'trees')), 'the source is asked')
  host.publish('1', 'a', {})
  const { stderr } = assertDone(await done)
  assert.doesNotMatch(stderr, /could not be fetched/)
  assert.deepEqual(host.done(), ['a-1'])
})

makeTest('a source that gives nothing is said to be the cause, and not that none is set', async (t) => {
  const host = bootHost(t)
  const { stderr } = assertDone(await host.boot())
  assert.match(stderr, /trying again for up to 2 seconds: .*no such directory/)
  assert.match(stderr, /there is no tree in .*, and the source gave none/)
  assert.match(motdOf(host), /there is no tree in .*, and the source gave none/)
})

makeTest('an old tree that a host goes on with is told, with its age, until the host has a newer one', async (t) => {
  const host = bootHost(t)
  host.publish('1', 'a')
  assertDone(await host.boot())
  assert.match(
    await said(host),
    /^tree +\w{16}, which the source had .* ago|^tree +\w{16}, which the source had a moment/m,
  )
  assert.equal(motdOf(host), '')
  renameSync(host.source, `${host.source}.away`)
  assertDone(await host.boot())
  assert.match(
    motdOf(host),
    /^This host goes on with an old tree, at .*: the tree is of \d{4}-.*Z, and since .* no such directory\.\n$/,
  )
  const status = await said(host)
  assert.match(
    status,
    /^old +the tree is of \d{4}-.*Z, and since \d{4}-.*Z its source gives no newer one: .*no such directory$/m,
  )
  assert.match(status, /^boot +old: the tree is of/m)
  const hook = await hookStatus(host)
  assert.equal(hook.status, 0)
  assert.match(hook.text, /which is an old one/)
  renameSync(`${host.source}.away`, host.source)
  assertDone(await host.run('update'))
  assertDone(await host.run('run'))
  assert.equal(motdOf(host), '')
  assert.match(await said(host), /^boot +right/m)
})

makeTest('a boot that fails with an old tree tells both', async (t) => {
  const host = bootHost(t)
  host.publish('1', 'bad')
  assertDone(await host.boot())
  renameSync(host.source, `${host.source}.away`)
  assertDone(await host.boot())
  assert.match(
    motdOf(host),
    /make failed at bad .* It goes on with an old tree: the tree is of .* no such directory\.\n$/,
  )
})

makeTest('a tree that is refused is told as the reason for going on with an old one', async (t) => {
  const host = bootHost(t)
  host.publish('1', 'a')
  assertDone(await host.boot())
  host.publish('2', 'a', { 'hosts.conf': 'DEFAULT: "\n' })
  assertDone(await host.boot())
  assert.match(motdOf(host), /cannot be used: hosts\.conf:1: a double quote/)
})

makeTest(
  'a later run that does all that a boot does takes word of a failed boot away, and no other run does',
  async (t) => {
    const host = bootHost(t)
    host.publish('1', 'a bad')
    assertDone(await host.boot())
    assert.equal((await hookStatus(host)).status, 1)
    assertDone(await host.run('run', 'a'))
    assert.match(motdOf(host), /make failed at bad/)
    host.publish('2', 'a b')
    assertDone(await host.run('update'))
    assertDone(await host.run('run', 'all'))
    assert.deepEqual([motdOf(host), (await hookStatus(host)).status], ['', 0])
    // And the other way round.
    host.publish('3', 'a bad')
    assertDone(await host.run('update'))
    assert.equal((await host.run('run')).status, 2)
    assert.equal((await hookStatus(host)).status, 1)
  },
)

makeTest('a run that is refused, because another one is under way, says nothing about the boot', async (t) => {
  const host = bootHost(t)
  const go = join(host.directory, 'go')
  const packages = `all:\n\ttouch ${go}.there\n\twhile test ! -e ${go}; do sleep 0.05; done\n`
  host.publish('1', 'a', { 'packages.conf': `PACKAGES=\n${packages}a:\n\ttouch $@\n`, 'hosts.conf': 'DEFAULT: X=y\n' })
  const { done } = host.hook('start')
  await until(() => existsSync(`${go}.there`), 'make is at work')
  assert.equal((await host.run('run', 'BOOT')).status, 4)
  writeFileSync(go, '')
  assertDone(await done)
  assert.equal((await hookStatus(host)).status, 0)
})

makeTest('what is known of another boot says nothing of this one', async (t) => {
  const host = bootHost(t)
  assert.equal((await hookStatus(host)).status, 4)
  assert.match(await said(host), /^boot +nothing is known: no boot and no run/m)
  host.publish('1', 'a')
  assertDone(await host.boot())
  const path = join(host.home, 'boot')
  writeFileSync(path, readFileSync(path, 'utf8').replace(/"boot":"[^"]*"/, '"boot":"another"'))
  const hook = await hookStatus(host)
  assert.equal(hook.status, 4)
  assert.match(hook.text, /nothing is known of this boot/)
  assert.match(await said(host), /^boot +nothing is known of this one; of an earlier one: right; /m)
})

makeTest('a host that is excluded is not said to be right', async (t) => {
  const host = bootHost(t)
  host.publish('1', 'exclude')
  assertDone(await host.boot())
  const hook = await hookStatus(host)
  assert.deepEqual([hook.status, /is excluded/.test(hook.text)], [0, true])
})

for (const [what, run, status, words] of [
  ['below ISCONFDIR is told by the record in memory', 'run', 1, /could not be made right:\n.*read-only file system/],
  ['anywhere is not taken for a good one', 'home/run', 4, /nothing is known of this boot/],
] as const) {
  test(`a boot that can write nothing ${what}`, rootOnly, async (t) => {
    const host = bootHost(t)
    host.publish('1', 'a')
    assertDone(await host.boot())
    assert.equal((await hookStatus(host)).status, 0)
    host.env['HOSTKEEPER_RUN'] = join(host.directory, run.replace('home', 'isconf'))
    const inside = `mount --bind "${host.home}" "${host.home}" && mount -o remount,bind,ro "${host.home}" &&
      rm -f "$HOSTKEEPER_RUN/hostkeeper-boot"; sh ${hookPath} start; sh ${hookPath} status`
    // As after a reboot: what the record says is of another boot.
    const path = join(host.home, 'boot')
    writeFileSync(path, readFileSync(path, 'utf8').replace(/"boot":"[^"]*"/, '"boot":"another"'))
    const boot = await host.beginCommand(['unshare', '--mount', 'sh', '-c', inside]).done
    assert.equal(boot.status, status, boot.stderr)
    assert.match(`${boot.stderr}${boot.stdout}`, words)
    assertNoTrace(boot)
    // Mended: the disk can be written again.
    assertDone(await host.boot())
    assert.equal((await hookStatus(host)).status, 0)
  })
}

test('a hook without its program knows no time where the clock was not set', rootOnly, async (t) => {
  const host = bootHost(t)
  host.env['HOSTKEEPER'] = '/nonexistent/hostkeeper'
  const real = join(host.directory, 'real-date')
  writeFiles(host.directory, { 'bin/old-date': `#!/bin/sh\nexec ${real} -u -d @0 "$2"\n` })
  const inside = `date=$(command -v date) && cp "$date" ${real} && mount --bind ${host.directory}/bin/old-date "$date" &&
    sh ${hookPath} start`
  assertDone(await host.beginCommand(['unshare', '--mount', 'sh', '-c', inside]).done)
  assert.match(motdOf(host), /there is no program .*, at a boot with a clock that was not set\./)
  assert.match(
    await said(host),
    /^boot +failed: there is no program .*; at an unknown time, because the clock was not set$/m,
  )
})

makeTest('a host that has no name yet does nothing, says so, and is told how it gets on', async (t) => {
  const host = bootHost(t)
  host.publish('1', 'a')
  assertDone(await host.run('update'))
  host.env['IS_HOSTNAME'] = 'localhost'
  const run = await host.run('run', 'BOOT')
  assert.equal(run.status, 1)
  assert.match(run.stderr, /error: this host has no name yet: it is called "localhost"\n.*hint: .*\/etc\/hosts/)
  assert.deepEqual(host.done(), [])
  assert.match(motdOf(host), /this host has no name yet/)
})

test('a host whose name comes late waits for it, at its first boot and later', rootOnly, async (t) => {
  const host = bootHost(t)
  // DEFAULT has a step that this host must not do.
  host.publish('1', 'exclude')
  delete host.env['IS_HOSTNAME']
  host.env['HOSTKEEPER_TIMEOUT'] = '60'
  const go = join(host.directory, 'go')
  const inside = `unset IS_HOSTNAME; hostname localhost; sh ${hookPath} start & hook=$!
    while test ! -e ${go}; do sleep 0.1; done; hostname scramjet; wait $hook`
  const boot = async (): Promise<Run> => {
    const { child, done } = host.beginCommand(['unshare', '--uts', 'sh', '-c', inside])
    let text = ''
    child.stderr?.on('data', (bytes: Buffer) => {
      text += bytes
    })
    await until(() => text.includes('this host has no name yet'), 'it waits for a name')
    writeFileSync(go, '')
    return assertDone(await done)
  }
  for (let boots = 0; boots < 2; boots += 1) {
    rmSync(go, { force: true })
    assert.match((await boot()).stderr, /excluded from configuration management/)
    assert.deepEqual(host.done(), [])
  }
})
