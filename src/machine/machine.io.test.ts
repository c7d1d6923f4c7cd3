import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { SimClock } from '../../test/sim/clock.ts'
import { failure, namesIn, temporaryDirectory } from '../../test/support/files.ts'
import { systemMachine } from './machine.io.ts'
import type { Installation, Machine } from './machine.ts'

function machineAt(volroot: string, home = '/no/home'): Machine {
  return systemMachine({
    volroot,
    home,
    owner: () => 'name',
    environment: () => ({ PATH: '/usr/bin:/bin' }),
    rebootCommand: () => 'echo going down; exit 3',
    bootIdPath: () => `${volroot}/boot_id`,
    hooksPath: () => `${volroot}/hooks`,
    clock: new SimClock(),
  })
}

/** A machine below a directory that holds `home/luke`. */
function machineBelow(t: TestContext): { root: string; machine: Machine } {
  const root = temporaryDirectory(t)
  mkdirSync(join(root, 'home/luke'), { recursive: true })
  return { root, machine: machineAt(root) }
}

const pathsAtRoot = [
  ['/etc/motd', '/home/luke', '/etc/motd'],
  ['motd', '/etc', '/etc/motd'],
  ['motd', '/', '/motd'],
  ['./a/../motd', '/etc', '/etc/motd'],
  ['../motd', '/etc', '/motd'],
  ['../../../motd', '/etc', '/motd'],
  ['/etc//./motd', '/', '/etc/motd'],
  ['/../etc/motd', '/', '/etc/motd'],
  ['/etc/conf.d/', '/', '/etc/conf.d'],
  ['.', '/etc', '/etc'],
  ['.', '/', '/'],
  ['/', '/etc', '/'],
  ['..motd', '/etc', '/etc/..motd'],
  [' motd ', '/etc', '/etc/ motd '],
] as const

for (const [path, cwd, expected] of pathsAtRoot) {
  test(`journalPath() of ${JSON.stringify(path)} in ${cwd} is ${expected}`, () => {
    assert.equal(machineAt('/').journalPath(path, cwd), expected)
  })
}

const pathsBelow = [
  ['motd', '/home/luke', '/home/luke/motd'],
  ['motd', '', '/motd'],
  ['../../../../etc/motd', '/home/luke', '/etc/motd'],
  ['/etc/motd', '/home/luke', '/etc/motd'],
  ['.', '', '/'],
] as const

for (const [path, cwd, expected] of pathsBelow) {
  test(`journalPath() below IS_VOLROOT of ${path} in ${cwd || '/'} is ${expected}`, (t) => {
    const { root, machine } = machineBelow(t)
    assert.equal(machine.journalPath(path, `${root}${cwd}`), expected)
  })
}

test('journalPath() with a relative path in a directory outside IS_VOLROOT is OUTSIDE_VOLROOT', (t) => {
  const { root, machine } = machineBelow(t)
  const refused = failure('OUTSIDE_VOLROOT', new RegExp(root))
  assert.throws(() => machine.journalPath('motd', '/etc'), refused)
  assert.throws(() => machine.journalPath('motd', `${root}-beside`), refused)
  assert.equal(machine.journalPath('/etc/motd', '/somewhere'), '/etc/motd')
})

test('realMachine() finds a current directory below an IS_VOLROOT that is a symbolic link', (t) => {
  const { root } = machineBelow(t)
  const link = join(temporaryDirectory(t), 'link')
  symlinkSync(root, link)
  // A process's current directory has its links resolved.
  assert.equal(machineAt(link).journalPath('motd', `${root}/home`), '/home/motd')
})

test('realMachine() with an IS_VOLROOT that is not there is a CONFIG failure that names it', () => {
  assert.throws(
    () => machineAt('/no/such/root'),
    failure('CONFIG', /^IS_VOLROOT: no such directory: \/no\/such\/root$/),
  )
})

test('realMachine() with an IS_VOLROOT that is a file is a CONFIG failure that names it', (t) => {
  const file = join(temporaryDirectory(t), 'file')
  writeFileSync(file, '')
  assert.throws(() => machineAt(file), failure('CONFIG', /^IS_VOLROOT: no such directory: /))
})

test('run() and look() work below IS_VOLROOT', async (t) => {
  const { root, machine } = machineBelow(t)
  let output = ''
  const command = { argv: ['sh', '-c', 'echo hello > made; pwd'], cwd: '/home/luke', env: {} }
  const heard = (_: string, bytes: Uint8Array): undefined => {
    output += Buffer.from(bytes).toString()
  }
  const { status } = await machine.run(command, heard, new AbortController().signal)
  assert.equal(status, 0)
  assert.equal(output, `${root}/home/luke\n`)
  const { entries } = await machine.inspect('/home/luke/made')
  const [file] = entries
  assert.equal(file?.kind === 'file' && file.sizeBytes, 6)
  assert.deepEqual(
    file?.parents.map(({ path }) => path),
    ['/home', '/home/luke'],
  )
})

test("install() refuses what lies in this host's IS_HOME, wherever the origin has its own, also by way of a link", async (t) => {
  const root = temporaryDirectory(t)
  mkdirSync(join(root, 'var/is/conf'), { recursive: true })
  symlinkSync('var', join(root, 'link'))
  const machine = machineAt(root, join(root, 'var/is'))
  const link = (path: string): Installation => {
    const owner = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0, user: '', group: '' }
    return { kind: 'symlink', attributes: { path, owner, mtimeMs: 0, parents: [], target: 'anything' } }
  }
  for (const path of ['/var/is', '/var/is/conf/host.key', '/link/is/conf/new/file']) {
    await assert.rejects(machine.install([link(path)]), failure('PROTECTED_PATH', /is IS_HOME here, .* or lies in it$/))
  }
  const reports = await machine.install([link('/var/other'), link('/var/is/conf/host.key'), link('/var/third')])
  assert.deepEqual([reports.length, namesIn(join(root, 'var'))], [1, ['is', 'other']])
})

test('stateOf() tells what stands at a path, no link followed', async (t) => {
  const { root, machine } = machineBelow(t)
  writeFileSync(join(root, 'home/file'), 'hello\n', { mode: 0o640 })
  symlinkSync('file', join(root, 'home/link'))
  const seen = async (path: string) => {
    const found = await machine.stateOf(path)
    return found && { ...found, owner: found.owner.uid }
  }
  const owner = process.getuid?.() ?? 0
  assert.deepEqual(await seen('/home/file'), { kind: 'file', mode: 0o640, owner })
  assert.deepEqual(await seen('/home/link'), { kind: 'symlink', mode: 0o777, owner, target: 'file' })
  const directory = await machine.stateOf('/home')
  assert.deepEqual(directory?.kind === 'directory' && [...directory.names].sort(), ['file', 'link', 'luke'])
  for (const path of ['/missing', '/home/file/below']) assert.equal(await machine.stateOf(path), undefined)
})

test('bootId() has, beside what the file says, when process 1 began', async (t) => {
  const { root, machine } = machineBelow(t)
  writeFileSync(join(root, 'boot_id'), 'one\n')
  const fields = readFileSync('/proc/1/stat', 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ')
  assert.equal(await machine.bootId(), `one ${fields[19]}`)
})
