import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { failure, namesIn, temporaryDirectory } from '../../test/support/files.ts'
import { installDirectory, installSymlink } from '../../test/support/install.ts'
import { isRoot } from '../../test/support/tools.ts'
import type { DirectoryAttributes, EntryAttributes, FileOwner } from './machine.ts'

const here: FileOwner = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0, user: '', group: '' }
const mtimeMs = 1_415_369_853_353

function installer(t: TestContext) {
  const root = temporaryDirectory(t)
  const how = { real: (path: string) => join(root, path), ownerRule: 'name' } as const
  const common = (path: string): EntryAttributes => ({ path, owner: here, mtimeMs, parents: [] })
  return {
    root,
    directory: (path: string, more: Partial<DirectoryAttributes> = {}) =>
      installDirectory({ ...how, attributes: { ...common(path), mode: 0o755, ...more } }),
    link: (path: string, target: string, more: Partial<EntryAttributes> = {}) =>
      installSymlink({ ...how, attributes: { ...common(path), target, ...more } }),
  }
}

test('installDirectory() makes a directory with mode, owner and time of change, and its parents', async (t) => {
  const { root, directory } = installer(t)
  await directory('/srv/www', { mode: 0o2770, parents: [{ path: '/srv', mode: 0o711, owner: here }] })
  const found = statSync(join(root, 'srv/www'))
  assert.deepEqual([found.mode & 0o7777, Math.floor(found.mtimeMs)], [0o2770, mtimeMs])
  assert.equal(statSync(join(root, 'srv')).mode & 0o7777, 0o711)
  assert.deepEqual(namesIn(join(root, 'srv')), ['www'])
})

test('installDirectory() gives a directory that is there its attributes and leaves what it holds', async (t) => {
  const { root, directory } = installer(t)
  mkdirSync(join(root, 'www'), { mode: 0o700 })
  writeFileSync(join(root, 'www/index'), 'mine')
  await directory('/www', { mode: 0o1777, ...(isRoot ? { owner: { ...here, uid: 4242 } } : {}) })
  const found = statSync(join(root, 'www'))
  assert.deepEqual([found.mode & 0o7777, Math.floor(found.mtimeMs)], [0o1777, mtimeMs])
  if (isRoot) assert.equal(found.uid, 4242)
  assert.equal(readFileSync(join(root, 'www/index'), 'utf8'), 'mine')
})

test('installDirectory() where a file or a link stands is INSTALL_FAILED and leaves that', async (t) => {
  const { root, directory } = installer(t)
  writeFileSync(join(root, 'file'), 'mine')
  mkdirSync(join(root, 'other'), { mode: 0o700 })
  symlinkSync('other', join(root, 'link'))
  await assert.rejects(directory('/file'), failure('INSTALL_FAILED', /^cannot install \/file: a file stands there$/))
  const link = failure('INSTALL_FAILED', /^cannot install \/link: a symbolic link stands there$/)
  await assert.rejects(directory('/link'), link)
  assert.equal(readFileSync(join(root, 'file'), 'utf8'), 'mine')
  assert.equal(statSync(join(root, 'other')).mode & 0o7777, 0o700)
})

test('installSymlink() puts the link itself in place, with its owner and time of change', async (t) => {
  const { root, link } = installer(t)
  for (const target of ['nowhere', '/etc/passwd', '../up']) {
    await link('/link', target, isRoot ? { owner: { ...here, uid: 4242, gid: 4243 } } : {})
    const found = lstatSync(join(root, 'link'))
    assert.deepEqual([readlinkSync(join(root, 'link')), Math.floor(found.mtimeMs)], [target, mtimeMs])
    if (isRoot) assert.deepEqual([found.uid, found.gid], [4242, 4243])
  }
  assert.deepEqual(namesIn(root), ['link'])
})

test('installSymlink() replaces a file, of which a copy is kept, and leaves what the link names as it is', async (t) => {
  const { root, link } = installer(t)
  writeFileSync(join(root, 'file'), 'old')
  writeFileSync(join(root, 'named'), 'mine')
  chmodSync(join(root, 'named'), 0o640)
  utimesSync(join(root, 'named'), 1_000_000_000, 1_000_000_000)
  chmodSync(join(root, 'file'), 0o640)
  const { remarks } = await link('/file', 'named')
  assert.equal(readFileSync(join(root, 'file'), 'utf8'), 'mine')
  const [, kept = ''] =
    /^\/file: a file stood there, and is kept as (.+\/kept\/file\.\w+)$/.exec(remarks[0] ?? '') ?? []
  assert.deepEqual([readFileSync(kept, 'utf8'), statSync(kept).mode & 0o7777], ['old', 0o640])
  assert.deepEqual((await link('/file', 'elsewhere')).remarks, [])
  const { mode, mtimeMs: changed } = statSync(join(root, 'named'))
  assert.deepEqual([mode & 0o7777, changed], [0o640, 1_000_000_000_000])
})

test('what can be neither kept nor put there again is not replaced', async (t) => {
  const { root, link } = installer(t)
  execFileSync('mkfifo', [join(root, 'pipe')])
  const refused = failure('INSTALL_FAILED', /^cannot install \/pipe: a device, a pipe or a socket stands there$/)
  await assert.rejects(link('/pipe', 'x'), refused)
  writeFileSync(join(root, 'kept'), 'no directory')
  writeFileSync(join(root, 'file'), 'old')
  await assert.rejects(
    link('/file', 'x'),
    failure('INSTALL_FAILED', /: what stands there can't be kept in \S+\/kept: /),
  )
  assert.equal(readFileSync(join(root, 'file'), 'utf8'), 'old')
  assert.deepEqual(namesIn(root), ['file', 'kept', 'pipe'])
})

test('installSymlink() where a directory stands is INSTALL_FAILED and leaves the directory and nothing else', async (t) => {
  const { root, link } = installer(t)
  mkdirSync(join(root, 'directory'))
  const refused = failure('INSTALL_FAILED', /^cannot install \/directory: a directory stands there$/)
  await assert.rejects(link('/directory', 'x'), refused)
  assert.deepEqual(namesIn(root), ['directory'])
})
