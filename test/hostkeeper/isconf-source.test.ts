/** A configuration tree that comes from the ISconf domain itself. */
import assert from 'node:assert/strict'
import { existsSync, lstatSync, readFileSync, readlinkSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { Lab, type LabHost, until } from '../harness/lab.ts'
import { assertDone, assertNoTrace, type Run } from '../harness/run.ts'
import { loses } from '../harness/store.ts'
import { testWith } from '../support/tools.ts'
import { type TreeHost, treeHost, writeFiles } from './tree-host.ts'

const test = testWith('make')

const files = {
  'hosts.conf': 'DEFAULT: PACKAGES=Block00\n',
  'packages.conf': 'Block00:\n\ttouch $@\n',
  'bin/hello': '#!/bin/sh\necho hello\n',
  'files/etc/motd': 'hello\n',
  'files/etc/old': 'old\n',
}

interface Site {
  readonly alder: LabHost
  readonly birch: LabHost
  /** Hostkeeper on birch. */
  readonly keeper: TreeHost
}

/** Two hosts, of which alder has checked in a tree; birch has not run up. */
async function siteOf(t: TestContext): Promise<Site> {
  const lab = await Lab.of(t, 'alder', 'birch')
  const [alder, birch] = lab.hosts as [LabHost, LabHost]
  await lab.start()
  writeFiles(alder.path('srv/config'), files)
  await checkIn(alder, ['snap', '/srv/config'])
  const keeper = treeHost(t)
  Object.assign(keeper.env, { IS_HOME: birch.home, IS_HOSTNAME: 'birch' })
  return { alder, birch, keeper }
}

async function checkIn(host: LabHost, ...commands: readonly (readonly string[])[]): Promise<void> {
  await host.does('lock', 'configuration')
  for (const words of commands) await host.does(...words)
  await host.does('ci')
}

function update({ keeper }: Site, address: string): Promise<Run> {
  keeper.env['HOSTKEEPER_SOURCE'] = address
  return keeper.run('update')
}

const readTree = ({ keeper }: Site, path: string): string => readFileSync(join(keeper.home, 'tree', path), 'utf8')

test('isconf: brings a tree as its branch has it, on a host that has not run up, and leaves that host where it is', async (t) => {
  const site = await siteOf(t)
  const { alder, birch, keeper } = site
  assertDone(await update(site, 'isconf:/srv/config'))
  for (const [path, text] of Object.entries(files)) assert.equal(readTree(site, path), text)
  assert.equal(lstatSync(join(keeper.home, 'tree/bin/hello')).mode & 0o7777, 0o755)
  assert.deepEqual([(await birch.status()).position, birch.has('srv/config')], [0, false])

  writeFiles(alder.path('srv/config'), { 'files/etc/motd': 'good morning\n', 'files/new dir/größe': '' })
  symlinkSync('hosts.conf', alder.path('srv/config/current'))
  await checkIn(alder, ['snap', '--delete', '/srv/config/files/etc/old'], ['snap', '/srv/config'])
  assertDone(await update(site, 'isconf:/srv/config/'))
  assert.equal(readTree(site, 'files/etc/motd'), 'good morning\n')
  assert.equal(readTree(site, 'files/new dir/größe'), '')
  assert.equal(readlinkSync(join(keeper.home, 'tree/current')), 'hosts.conf')
  assert.equal(existsSync(join(keeper.home, 'tree/files/etc/old')), false)
  assert.equal((await birch.status()).position, 0)
})

test('isconf: brings the tree of another branch, which is named behind an @', async (t) => {
  const site = await siteOf(t)
  const { alder, birch } = site
  await alder.does('fork', 'config')
  writeFiles(alder.path('srv/config'), { 'files/etc/motd': 'of the fork\n' })
  await checkIn(alder, ['snap', '/srv/config/files/etc/motd'])
  assertDone(await update(site, 'isconf:/srv/config@config'))
  assert.equal(readTree(site, 'files/etc/motd'), 'of the fork\n')
  assert.equal(readTree(site, 'files/etc/old'), 'old\n')
  assertDone(await update(site, 'isconf:/srv/config'))
  assert.equal(readTree(site, 'files/etc/motd'), 'hello\n')
  assert.deepEqual([(await birch.status()).branch, (await birch.status()).position], ['generic', 0])
})

test('isconf: says why there is no tree, and the current one stays', async (t) => {
  const site = await siteOf(t)
  const { birch, keeper } = site
  const refuse = async (address: string, status: number, ...words: readonly RegExp[]): Promise<void> => {
    const run = await update(site, address)
    assert.equal(run.status, status, run.stderr)
    assertNoTrace(run)
    for (const word of words) assert.match(run.stderr, word)
  }
  await refuse('isconf:/srv/other', 1, /isconf:\/srv\/other: nothing is recorded at \/srv\/other on branch generic/)
  await refuse('isconf:/srv/config@web', 1, /no branch web is known here/, /isconf branches/)
  await refuse('isconf:/srv/config/hosts.conf', 1, /\/srv\/config\/hosts\.conf is a file, not a tree/)
  await refuse('isconf:srv/config', 22, /isconf: takes an absolute path/)
  await refuse('isconf:/srv/../config', 22, /isconf: takes an absolute path/)
  await refuse('isconf:/srv/config@a b', 22, /not a branch name: "a b"/)
  assert.equal(existsSync(join(keeper.home, 'tree')), false)

  assertDone(await update(site, 'isconf:///srv/config'))
  await birch.stop()
  await refuse('isconf:/srv/config', 1, /the daemon is not running: nothing answers at /, /isconf start/)
  assert.equal(readTree(site, 'files/etc/motd'), 'hello\n')
})

test('isconf: fails where a file can be had from no host, and leaves nothing behind', async (t) => {
  const site = await siteOf(t)
  const { alder, birch, keeper } = site
  await alder.stop()
  const id = await loses(birch, 'hello\n', 0)
  const run = await update(site, 'isconf:/srv/config')
  assert.equal(run.status, 1, run.stderr)
  assert.match(run.stderr, new RegExp(`isconf:/srv/config: no reachable host has file ${id.slice(0, 12)}`))
  assert.equal(existsSync(join(keeper.home, 'tree')), false)
  await alder.start()
  await until(async () => (await update(site, 'isconf:/srv/config')).status === 0, 'the tree comes')
  assert.equal(readTree(site, 'files/etc/motd'), 'hello\n')
})
