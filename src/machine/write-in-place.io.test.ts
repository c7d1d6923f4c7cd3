/** Places where a file can't be replaced, or not be written at all, and what is said of them. Needs root. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { failure, namesIn, temporaryDirectory } from '../../test/support/files.ts'
import { unlessRootHas } from '../../test/support/tools.ts'
import { sha256Hex } from '../base/index.ts'
import { Walk, walking } from '../base/walk.io.ts'
import { installingSymlink } from './install-directory.io.ts'
import { installingFile } from './install-file.io.ts'
import { installTogether } from './install-together.io.ts'
import type { InstallReport } from './machine.ts'
import { remove } from './remove.io.ts'
import { Staging } from './temporary-files.io.ts'

const root = { uid: 0, gid: 0, user: 'root', group: 'root' }
const skip = unlessRootHas('mount', 'umount')

function run(program: string, ...words: readonly string[]): void {
  execFileSync(program, words)
}

/** A directory that stands for /, what is installed below it, and mounts that end with the test. */
function place(t: TestContext) {
  const mounted: string[] = []
  // Before the directory goes, which is told to go next.
  t.after(() => {
    for (const path of mounted.reverse()) run('umount', '--lazy', path)
  })
  const directory = temporaryDirectory(t)
  const real = (path: string): string => join(directory, path)
  const removeHere = (path: string): Promise<boolean> => walking(directory, (walk) => remove(path, walk))
  const mount = (path: string, ...words: readonly string[]): void => {
    run('mount', ...words, real(path))
    mounted.push(real(path))
  }
  const kept = join(directory, 'kept')
  const how = { real, kept, numbersOf: () => ({ uid: 0, gid: 0 }), staging: new Staging(), walk: new Walk(directory) }
  const install = async (path: string, content: string, sha256 = sha256Hex(content)): Promise<InstallReport> => {
    const attributes = { path, mode: 0o640, owner: root, mtimeMs: 1_600_000_000_000, parents: [] }
    const chunks = async function* () {
      yield Buffer.from(content)
    }
    const [report] = await installTogether([installingFile({ ...how, attributes, content: chunks, sha256 })])
    assert.ok(report)
    return report
  }
  t.after(() => how.walk.close())
  return { directory, real, mount, how, install, removeHere }
}

/** `/etc/resolv.conf`, bound to another file as a container has it. */
function bound(t: TestContext) {
  const here = place(t)
  mkdirSync(here.real('etc'))
  writeFileSync(here.real('outside'), 'a long line of what was there before\n')
  writeFileSync(here.real('etc/resolv.conf'), '')
  here.mount('etc/resolv.conf', '--bind', here.real('outside'))
  return here
}

const remark = "/etc/resolv.conf: it is mounted there and can't be replaced, so it was written in place"

test('a file that something is mounted on is written in place, and that is said', { skip }, async (t) => {
  const { real, install } = bound(t)
  assert.deepEqual((await install('/etc/resolv.conf', 'short\n')).remarks, [remark])
  const { mode, mtimeMs } = statSync(real('outside'))
  assert.deepEqual(
    [readFileSync(real('outside'), 'utf8'), mode & 0o777, Math.floor(mtimeMs)],
    ['short\n', 0o640, 1_600_000_000_000],
  )
  assert.deepEqual(namesIn(real('etc')), ['resolv.conf'])
  // Of what is there already only the attributes are set.
  chmodSync(real('outside'), 0o600)
  assert.deepEqual((await install('/etc/resolv.conf', 'short\n')).remarks, [remark])
  assert.equal(statSync(real('outside')).mode & 0o777, 0o640)
})

test('so is one whose directory can only be read, as in a container with a read-only root', { skip }, async (t) => {
  const { real, mount, install, removeHere } = place(t)
  mkdirSync(real('etc'))
  mount('etc', '-t', 'tmpfs', 'isconf-test')
  for (const name of ['outside', 'etc/resolv.conf', 'etc/other']) writeFileSync(real(name), 'before\n')
  mount('etc/resolv.conf', '--bind', real('outside'))
  run('mount', '-o', 'remount,ro', real('etc'))
  assert.deepEqual((await install('/etc/resolv.conf', 'new\n')).remarks, [remark])
  assert.equal(readFileSync(real('outside'), 'utf8'), 'new\n')
  const why = failure(
    'INSTALL_FAILED',
    /^cannot install \/etc\/other: the file system at \S+\/etc is mounted read-only$/,
  )
  await assert.rejects(install('/etc/other', 'new\n'), why)
  await assert.rejects(
    removeHere('/etc/other'),
    failure('REMOVE_FAILED', /^cannot remove \/etc\/other: the file system at \S+ is mounted read-only$/),
  )
})

test('a damaged copy does not begin to overwrite what is written in place', { skip }, async (t) => {
  const { real, install } = bound(t)
  await assert.rejects(install('/etc/resolv.conf', 'damaged', sha256Hex('good')), failure('BLOB_MISMATCH'))
  assert.equal(readFileSync(real('outside'), 'utf8'), 'a long line of what was there before\n')
})

test('a link does not take the place of what is mounted', { skip }, async (t) => {
  const { how } = bound(t)
  const attributes = { path: '/etc/resolv.conf', target: 'other', owner: root, mtimeMs: 0, parents: [] }
  await assert.rejects(
    installTogether([installingSymlink({ ...how, attributes })]),
    failure('INSTALL_FAILED', /^cannot install \/etc\/resolv.conf: something is mounted there$/),
  )
})

test('no room is said with the file system that has none', { skip }, async (t) => {
  const { real, mount, install } = place(t)
  mkdirSync(real('small'))
  mount('small', '-t', 'tmpfs', '-o', 'size=16k', 'isconf-test')
  const why = /^cannot install \/small\/file: there is no room left on the file system at \S+\/small \(df, df -i\)$/
  await assert.rejects(install('/small/file', 'x'.repeat(100_000)), failure('INSTALL_FAILED', why))
  assert.deepEqual(namesIn(real('small')), [])
})

test('an attribute that stops even root is named with what takes it away', {
  skip: unlessRootHas('chattr'),
}, async (t) => {
  const { real, install, removeHere } = place(t)
  mkdirSync(real('etc'))
  writeFileSync(real('etc/file'), 'before\n')
  for (const [flag, path, what] of [
    ['i', 'etc/file', 'immutable'],
    ['a', 'etc/file', 'append-only'],
    ['i', 'etc', 'immutable'],
  ] as const) {
    try {
      run('chattr', `+${flag}`, real(path))
    } catch {
      return t.skip('this file system has no such attributes: this was NOT tested')
    }
    try {
      const why = new RegExp(`/${path} is ${what} \\(lsattr\\); chattr -${flag} \\S+/${path} takes that away$`)
      await assert.rejects(install('/etc/file', 'new\n'), failure('INSTALL_FAILED', why))
      await assert.rejects(removeHere('/etc/file'), failure('REMOVE_FAILED', why))
      if (path === 'etc/file') await assert.rejects(removeHere('/etc'), failure('REMOVE_FAILED', why))
    } finally {
      run('chattr', `-${flag}`, real(path))
    }
  }
  assert.equal(readFileSync(real('etc/file'), 'utf8'), 'before\n')
})
