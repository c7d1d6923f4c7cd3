/** The first start where something that it needs is not as it should be: the disk of IS_HOME, /proc. Needs root. */

import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { assertDone, assertRefused, Lab, type LabHost } from '../harness/lab.ts'
import { noSmallDisk } from '../harness/small-disk.ts'

const skip = noSmallDisk()

/** A host without a home, whose commands run after `prepare`, each in a mount namespace of its own; $1 is where IS_HOME is to be. */
async function hostAfter(t: TestContext, prepare: string): Promise<LabHost> {
  const alder = (await Lab.of(t, 'alder')).hosts[0] as LabHost
  const home = join(alder.home, 'new')
  alder.env['IS_HOME'] = home
  alder.env['IS_DOMAIN'] = 'lab.example.com'
  const script = `${prepare}; shift; exec "$@"`
  alder.inside = (argv) => [
    'unshare',
    '--mount',
    '--propagation',
    'private',
    'sh',
    '-c',
    script,
    'sh',
    alder.home,
    ...argv,
  ]
  return alder
}

test('a full disk of IS_HOME is named at the first start, and nothing is left behind', { skip }, async (t) => {
  const alder = await hostAfter(t, 'mount -t tmpfs -o size=4k tmpfs "$1" && echo > "$1/filler"')
  for (const verb of ['start', 'daemon'])
    assertRefused(await alder.run(verb), 223, 'no space left on device', 'make room')
  assert.equal(existsSync(join(alder.home, 'new')), false)
})

test('a read-only disk of IS_HOME is named as what it is at the first start', { skip }, async (t) => {
  const alder = await hostAfter(t, 'mount -t tmpfs tmpfs "$1" && mount -o remount,ro "$1"')
  for (const verb of ['start', 'daemon'])
    assertRefused(await alder.run(verb), 223, 'read-only file system', 'mount its disk so that it can be written to')
  alder.env['IS_DOMAIN'] = ''
  assertRefused(await alder.run('init', 'a.example'), 223, 'read-only file system', 'IS_HOME')
})

test('without /proc no daemon starts, for two could have one home; what needs none works', { skip }, async (t) => {
  const alder = await hostAfter(t, 'umount -l /proc')
  for (const verb of ['start', 'daemon', 'seal'])
    assertRefused(await alder.run(verb), 223, '/proc is missing', 'mount -t proc proc /proc')
  alder.env['IS_DOMAIN'] = ''
  assertDone(await alder.run('init', 'a.example'))
  assertDone(await alder.run('lint'))
})
