import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { SimClock } from '../../test/sim/clock.ts'
import { asPlainUser, failure, namesIn, temporaryDirectory } from '../../test/support/files.ts'
import { unlessRootHas } from '../../test/support/tools.ts'
import { systemMachine } from './machine.io.ts'

/** A machine below a directory, with IS_HOME in it. */
function machineBelow(t: TestContext) {
  const root = temporaryDirectory(t)
  mkdirSync(join(root, 'var/is/conf'), { recursive: true })
  const home = join(root, 'var/is')
  const machine = systemMachine({
    volroot: root,
    home,
    owner: () => 'name',
    environment: () => ({}),
    rebootCommand: () => 'false',
    bootIdPath: () => '/no/boot_id',
    hooksPath: () => '/no/hooks',
    clock: new SimClock(),
  })
  return { root, machine }
}

test('remove() removes a file, a link and not what it names, and a directory with all it holds', async (t) => {
  const { root, machine } = machineBelow(t)
  mkdirSync(join(root, 'etc/deep/er'), { recursive: true })
  writeFileSync(join(root, 'etc/deep/er/file'), 'x')
  writeFileSync(Buffer.concat([Buffer.from(join(root, 'etc/deep/')), Buffer.from([0x62, 0xff])]), 'x')
  writeFileSync(join(root, 'file'), 'x')
  symlinkSync('var', join(root, 'link'))
  symlinkSync('../../var', join(root, 'etc/deep/link'))
  execFileSync('mkfifo', [join(root, 'etc/pipe')])
  for (const path of ['/file', '/link', '/etc']) assert.equal(await machine.remove(path), true)
  assert.deepEqual(namesIn(root), ['var'])
  assert.deepEqual(namesIn(join(root, 'var/is')), ['conf'])
})

test('remove() of what is not there is no failure', async (t) => {
  const { root, machine } = machineBelow(t)
  writeFileSync(join(root, 'file'), 'x')
  for (const path of ['/missing', '/no/such/directory', '/file/below']) assert.equal(await machine.remove(path), false)
})

test('remove() refuses /, IS_HOME, what lies in it and what holds it, and removes nothing', async (t) => {
  const { root, machine } = machineBelow(t)
  symlinkSync('var', join(root, 'link'))
  for (const path of ['/', '/var', '/var/is', '/var/is/conf', '/link/is']) {
    await assert.rejects(machine.remove(path), failure('PROTECTED_PATH', new RegExp(`^${path} `)))
  }
  assert.deepEqual(namesIn(join(root, 'var/is')), ['conf'])
})

test('remove() refuses where something is mounted, also by a bind of the same file system', {
  skip: unlessRootHas('mount'),
}, async (t) => {
  const { root, machine } = machineBelow(t)
  mkdirSync(join(root, 'data'))
  writeFileSync(join(root, 'data/precious'), 'x')
  const place = join(root, 'srv/a place')
  mkdirSync(place, { recursive: true })
  execFileSync('mount', ['--bind', join(root, 'data'), place])
  try {
    const message = /^\/srv holds a mounted file system, at .*\/srv\/a place$/
    await assert.rejects(machine.remove('/srv'), failure('PROTECTED_PATH', message))
    await assert.rejects(
      machine.remove('/srv/a place'),
      failure('PROTECTED_PATH', /is where a file system is mounted$/),
    )
  } finally {
    execFileSync('umount', [place])
  }
  assert.deepEqual(namesIn(join(root, 'data')), ['precious'])
  assert.equal(await machine.remove('/srv'), true)
})

test('remove() that may not is REMOVE_FAILED', async (t) => {
  const { root, machine } = machineBelow(t)
  mkdirSync(join(root, 'etc'))
  writeFileSync(join(root, 'etc/motd'), 'x')
  chmodSync(join(root, 'etc'), 0o555)
  await asPlainUser(root, () =>
    assert.rejects(
      machine.remove('/etc/motd'),
      failure('REMOVE_FAILED', /^cannot remove \/etc\/motd: permission denied$/),
    ),
  )
  chmodSync(join(root, 'etc'), 0o755)
  assert.deepEqual(namesIn(join(root, 'etc')), ['motd'])
})
