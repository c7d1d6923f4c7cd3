import assert from 'node:assert/strict'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { failure, namesIn, temporaryDirectory } from '../../test/support/files.ts'
import { systemClock } from '../base/clock.io.ts'
import { sha256Hex } from '../base/index.ts'
import { systemMachine } from './machine.io.ts'
import type { Installation, ParentAttributes } from './machine.ts'

const owner = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0, user: '', group: '' }
const mtimeMs = Date.UTC(2001, 1, 3)

function parentsOf(path: string): readonly ParentAttributes[] {
  const names = path.split('/').slice(1, -1)
  return names.map((_, index) => ({ path: `/${names.slice(0, index + 1).join('/')}`, mode: 0o750, owner }))
}

function file(path: string, text = path, sha256 = sha256Hex(text)): Installation {
  const content = async function* () {
    yield Buffer.from(text)
  }
  return { kind: 'file', attributes: { path, owner, mtimeMs, mode: 0o640, parents: parentsOf(path) }, content, sha256 }
}

function directory(path: string): Installation {
  return { kind: 'directory', attributes: { path, owner, mtimeMs, mode: 0o755, parents: parentsOf(path) } }
}

function symlink(path: string, target: string): Installation {
  return { kind: 'symlink', attributes: { path, owner, mtimeMs, target, parents: parentsOf(path) } }
}

/** A machine below a directory of the test's own, and how many of some installations it does at once. */
function machineOf(t: TestContext) {
  const root = temporaryDirectory(t)
  const home = temporaryDirectory(t)
  mkdirSync(join(home, 'conf'))
  const unused = (): never => assert.fail('not a part of this')
  const machine = systemMachine({
    ...{ volroot: root, home, owner: () => 'name', clock: systemClock },
    ...{ environment: unused, rebootCommand: unused, bootIdPath: unused, hooksPath: unused },
  })
  const install = async (...some: readonly Installation[]): Promise<number> => (await machine.install(some)).length
  const everything = (): readonly string[] => readdirSync(root, { recursive: true, encoding: 'utf8' }).sort()
  return { root, install, everything }
}

test('install() puts a whole tree in place, with the times of its directories as they were', async (t) => {
  const { root, install, everything } = machineOf(t)
  const files = Array.from({ length: 100 }, (_, number) => file(`/srv/${number % 10}/${number}`))
  const directories = Array.from({ length: 10 }, (_, number) => directory(`/srv/${number}`))
  assert.equal(await install(...files, symlink('/srv/link', '0'), ...directories, directory('/srv')), 112)
  assert.equal(everything().length, 112 + 10, 'a link to a directory is looked into')
  for (let number = 0; number < 100; number += 1) {
    const path = join(root, `srv/${number % 10}/${number}`)
    assert.equal(readFileSync(path, 'utf8'), `/srv/${number % 10}/${number}`)
    assert.deepEqual([statSync(path).mode & 0o7777, Math.floor(statSync(path).mtimeMs)], [0o640, mtimeMs])
  }
  for (const path of ['srv', 'srv/0', 'srv/9'])
    assert.deepEqual(
      [statSync(join(root, path)).mode & 0o7777, Math.floor(statSync(join(root, path)).mtimeMs)],
      [0o755, mtimeMs],
    )
})

test('install() does what comes before a failure, and leaves nothing of what comes after it', async (t) => {
  for (const [what, bad, words] of [
    ['another hash', file('/a/bad', 'x', sha256Hex('y')), failure('BLOB_MISMATCH', /\/a\/bad/)],
    ['a directory in its place', file('/there'), failure('INSTALL_FAILED', /\/there: a directory stands there/)],
    ['a file for a parent', file('/file/below'), failure('INSTALL_FAILED', /\/file is not a directory/)],
  ] as const) {
    const { root, install, everything } = machineOf(t)
    mkdirSync(join(root, 'there'))
    writeFileSync(join(root, 'file'), 'kept')
    const [before, after] = [
      [file('/a/1'), file('/b/2')],
      [file('/c/3'), file('/a/4'), directory('/a')],
    ]
    assert.equal(await install(...before, bad, ...after), 2, what)
    const done = ['a', 'a/1', 'b', 'b/2', 'file', 'there']
    assert.deepEqual(everything(), done, what)
    await assert.rejects(install(bad, ...after), words)
    assert.deepEqual(everything(), done, what)
    assert.equal(await install(...after), 3, what)
  }
})

test('install() of the same path twice ends with the later one', async (t) => {
  const { root, install } = machineOf(t)
  assert.equal(await install(file('/a', 'one'), file('/b'), file('/a', 'two')), 3)
  assert.equal(readFileSync(join(root, 'a'), 'utf8'), 'two')
  assert.deepEqual(namesIn(root), ['a', 'b'])
})

test('install() waits with what another one stands on the way of', async (t) => {
  const { root, install } = machineOf(t)
  mkdirSync(join(root, 'v1'))
  mkdirSync(join(root, 'v2'))
  symlinkSync('v1', join(root, 'now'))
  const all = [file('/x'), symlink('/now', 'v2'), file('/now/conf'), directory('/d'), file('/d/e')]
  assert.equal(await install(...all), 2)
  assert.equal(await install(...all.slice(2)), 2)
  assert.equal(await install(...all.slice(4)), 1)
  assert.deepEqual([existsSync(join(root, 'v1/conf')), existsSync(join(root, 'v2/conf'))], [false, true])
})

test('install() through a link that leads elsewhere meanwhile goes where it leads then, and leaves nothing behind', async (t) => {
  const { root, install } = machineOf(t)
  for (const name of ['v1', 'v2']) mkdirSync(join(root, name))
  symlinkSync('v1', join(root, 'now'))
  symlinkSync('now', join(root, 'alias'))
  const all = [symlink('/now', 'v2'), file('/alias/conf')]
  assert.equal(await install(...all), 1)
  assert.equal(await install(...all.slice(1)), 1)
  assert.deepEqual([namesIn(join(root, 'v1')), namesIn(join(root, 'v2'))], [[], ['conf']])
})

test('install() of nothing does nothing', async (t) => {
  const { root, install } = machineOf(t)
  chmodSync(root, 0o755)
  assert.equal(await install(), 0)
})
