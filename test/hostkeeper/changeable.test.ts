/** A tree, settings and a key that others can change: nothing of them is run. */
import assert from 'node:assert/strict'
import { chmodSync, existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { changeableByOthers } from '../../src/base/changeable.io.ts'
import type { Run } from '../harness/run.ts'
import { testWith } from '../support/tools.ts'
import { treeHost } from './tree-host.ts'

const test = testWith('make')

function assertRefused({ status, stderr }: Run, ...texts: readonly string[]): void {
  assert.equal(status, 22, stderr)
  for (const text of texts) assert.ok(stderr.includes(text), stderr)
}

test('a tree, ISCONFDIR and settings that others can change are refused, and nothing is run', async (t) => {
  const host = treeHost(t, { 'hosts.conf': 'scramjet: PACKAGES=a\n', 'packages.conf': 'a:\n\ttouch $@\n' })
  const [conf, packages] = [join(host.directory, 'hostkeeper.conf'), join(host.home, 'tree/packages.conf')]
  chmodSync(host.directory, 0o755)
  chmodSync(host.home, 0o755)
  chmodSync(packages, 0o666)
  if (changeableByOthers(packages) === undefined)
    return t.skip('the temporary directory is hidden from others: this was NOT tested')
  assertRefused(await host.run('run', 'a'), `ISCONFDIR: ${packages}`, `chmod go-w ${packages}`)
  const isync = await host.beginCommand(['isync', 'etc']).done
  assertRefused(isync, `ISCONFDIR: ${packages}`)
  chmodSync(packages, 0o644)
  chmodSync(host.home, 0o777)
  assertRefused(await host.run('run', 'a'), `chmod go-w ${host.home}`)
  chmodSync(host.home, 0o755)
  chmodSync(conf, 0o622)
  assertRefused(await host.run('run', 'a'), `hostkeeper.conf: ${conf}`)
  chmodSync(conf, 0o644)
  assert.ok(!existsSync(join(host.home, 'stamps/a')))
  assert.equal((await host.run('run', 'a')).status, 0)
})

test('the hook of a tree that others can change is not gone on with', async (t) => {
  const host = treeHost(t, {
    'hosts.conf': 'scramjet: BOOT=a\n',
    'packages.conf': 'a:\n\ttouch $@\n',
    'rc.isconf': '#!/bin/sh\ntouch "$ISCONFDIR/taken-over"\n',
  })
  const hook = join(host.home, 'tree/rc.isconf')
  chmodSync(host.directory, 0o755)
  chmodSync(host.home, 0o755)
  chmodSync(hook, 0o777)
  if (changeableByOthers(hook) === undefined)
    return t.skip('the temporary directory is hidden from others: this was NOT tested')
  writeFileSync(join(host.directory, 'hostkeeper.conf'), '')
  const start = async () => {
    const installed = new URL('../../packaging/rc.isconf', import.meta.url).pathname
    const words = ['env', `HOSTKEEPER_CONF=${join(host.directory, 'hostkeeper.conf')}`, 'sh', installed, 'start']
    return host.beginCommand(words).done
  }
  assert.match((await start()).stderr, /rc\.isconf is not run/)
  assert.ok(!existsSync(join(host.home, 'taken-over')))
  chmodSync(hook, 0o755)
  assert.equal((await start()).status, 0)
  assert.ok(existsSync(join(host.home, 'taken-over')))
})
