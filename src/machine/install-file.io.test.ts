import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import fc from 'fast-check'
import { asPlainUser, failure, namesIn, temporaryDirectory } from '../../test/support/files.ts'
import { type InstallFile, installFile } from '../../test/support/install.ts'
import { unlessRootHas } from '../../test/support/tools.ts'
import { inspect } from './inspect.io.ts'
import type { FileAttributes, FileOwner } from './machine.ts'
import { protectedPaths } from './protected-paths.io.ts'

const here: FileOwner = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0, user: '', group: '' }

function attributesOf(path: string, more: Partial<FileAttributes> = {}): FileAttributes {
  return { path, mode: 0o644, owner: here, mtimeMs: 1_600_000_000_000, parents: [], ...more }
}

async function* inChunks(...chunks: readonly (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield Buffer.from(chunk)
}

function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex')
}

/** installFile() below a directory of the test's own. */
function installer(t: TestContext) {
  const root = temporaryDirectory(t)
  const install = (attributes: FileAttributes, content: string, more: Partial<InstallFile> = {}) =>
    installFile({
      attributes,
      content: inChunks(content),
      sha256: sha256(content),
      real: (path) => join(root, path),
      ownerRule: 'name',
      ...more,
    })
  return { root, install }
}

test('installFile() puts the bytes in place with mode, owner and time of change', async (t) => {
  const { root, install } = installer(t)
  const attributes = attributesOf('/tool', { mode: 0o4755, mtimeMs: 1_415_369_853_353 })
  const report = await install(attributes, 'abc', { content: inChunks('a', 'b', '', 'c') })
  const found = statSync(join(root, 'tool'))
  assert.deepEqual(report.remarks, [])
  assert.equal(readFileSync(join(root, 'tool'), 'utf8'), 'abc')
  assert.equal(found.mode & 0o7777, 0o4755)
  assert.equal(Math.floor(found.mtimeMs), 1_415_369_853_353)
  assert.deepEqual([found.uid, found.gid], [here.uid, here.gid])
  assert.deepEqual(namesIn(root), ['tool'])
})

test('installFile() gives every mode exactly, whatever the umask', async (t) => {
  const { root, install } = installer(t)
  const before = process.umask(0o077)
  t.after(() => process.umask(before))
  for (const mode of [0o000, 0o400, 0o644, 0o666, 0o1777, 0o2755, 0o4711, 0o6755, 0o7777]) {
    await install(attributesOf('/file', { mode }), 'x')
    assert.equal(statSync(join(root, 'file')).mode & 0o7777, mode)
  }
})

test('installFile() and look() agree on every time of change', async (t) => {
  const { root, install } = installer(t)
  const times = fc.integer({ min: 0, max: 4_000_000_000_000 })
  await fc.assert(
    fc.asyncProperty(times, async (mtimeMs) => {
      await install(attributesOf('/file', { mtimeMs }), 'x')
      const real = (path: string): string => join(root, path)
      const { entries } = await inspect('/file', { real, protectedPaths: protectedPaths(real, '/no/home') })
      assert.equal(entries[0]?.mtimeMs, mtimeMs)
    }),
    { numRuns: 200 },
  )
})

test('installFile() of a time before 1970, which cannot be set, says so and sets 1970', async (t) => {
  const { root, install } = installer(t)
  const { remarks } = await install(attributesOf('/old', { mtimeMs: -86_400_000 }), 'x')
  assert.equal(statSync(join(root, 'old')).mtimeMs, 0)
  assert.deepEqual(remarks, ['/old: the time of change, 1969-12-31T00:00:00.000Z, is too early to set: set to 1970'])
})

test('installFile() makes missing parents with their modes and leaves those that are there', async (t) => {
  const { root, install } = installer(t)
  mkdirSync(join(root, 'opt'), { mode: 0o711 })
  chmodSync(join(root, 'opt'), 0o711)
  const parents = [
    { path: '/opt', mode: 0o755, owner: here },
    { path: '/opt/a', mode: 0o2750, owner: here },
    { path: '/opt/a/b', mode: 0o1777, owner: here },
  ]
  await install(attributesOf('/opt/a/b/file', { parents }), 'deep')
  assert.equal(readFileSync(join(root, 'opt/a/b/file'), 'utf8'), 'deep')
  assert.deepEqual(
    ['opt', 'opt/a', 'opt/a/b'].map((path) => statSync(join(root, path)).mode & 0o7777),
    [0o711, 0o2750, 0o1777],
  )
})

test('installFile() goes through a parent that is a symbolic link to a directory here', async (t) => {
  const { root, install } = installer(t)
  mkdirSync(join(root, 'data'))
  symlinkSync('data', join(root, 'srv'))
  await install(attributesOf('/srv/file', { parents: [{ path: '/srv', mode: 0o755, owner: here }] }), 'x')
  assert.equal(readFileSync(join(root, 'data/file'), 'utf8'), 'x')
  assert.ok(lstatSync(join(root, 'srv')).isSymbolicLink())
})

test('installFile() with a file where a parent must be is INSTALL_FAILED and leaves that file', async (t) => {
  const { root, install } = installer(t)
  writeFileSync(join(root, 'etc'), 'a file')
  const attributes = attributesOf('/etc/motd', { parents: [{ path: '/etc', mode: 0o755, owner: here }] })
  await assert.rejects(install(attributes, 'x'), failure('INSTALL_FAILED', /^cannot install \/etc\/motd: /))
  assert.equal(readFileSync(join(root, 'etc'), 'utf8'), 'a file')
  assert.deepEqual(namesIn(root), ['etc'])
})

test('installFile() replaces a program while it runs', async (t) => {
  const { root, install } = installer(t)
  const program = join(root, 'program')
  copyFileSync('/bin/sleep', program)
  chmodSync(program, 0o755)
  const running = spawn(program, ['600'], { stdio: 'ignore' })
  t.after(() => running.kill('SIGKILL'))
  await once(running, 'spawn')
  await install(attributesOf('/program', { mode: 0o755 }), '#!/bin/sh\necho new\n')
  assert.equal(running.exitCode, null)
  assert.equal(execFileSync(program, { encoding: 'utf8' }), 'new\n')
})

test('installFile() replaces a symbolic link by the file and leaves what the link named', async (t) => {
  const { root, install } = installer(t)
  writeFileSync(join(root, 'real'), 'untouched')
  symlinkSync('real', join(root, 'link'))
  const { remarks } = await install(attributesOf('/link'), 'file now')
  const [, kept = ''] = /^\/link: a symbolic link stood there, and is kept as (\S+)$/.exec(remarks[0] ?? '') ?? []
  assert.equal(readlinkSync(kept), 'real')
  assert.ok(lstatSync(join(root, 'link')).isFile())
  assert.equal(readFileSync(join(root, 'link'), 'utf8'), 'file now')
  assert.equal(readFileSync(join(root, 'real'), 'utf8'), 'untouched')
})

test('installFile() with the wrong hash is BLOB_MISMATCH and leaves the file that was there, and nothing else', async (t) => {
  const { root, install } = installer(t)
  writeFileSync(join(root, 'motd'), 'before')
  const wrong = install(attributesOf('/motd'), 'damaged', { sha256: sha256('good') })
  await assert.rejects(wrong, failure('BLOB_MISMATCH', /\/motd/))
  assert.equal(readFileSync(join(root, 'motd'), 'utf8'), 'before')
  assert.deepEqual(namesIn(root), ['motd'])
})

test('installFile() with content that breaks off leaves the file that was there, and nothing else', async (t) => {
  const { root, install } = installer(t)
  writeFileSync(join(root, 'motd'), 'before')
  async function* breaking(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('half')
    throw new Error('the disk has a bad sector')
  }
  const broken = install(attributesOf('/motd'), '', { content: breaking() })
  await assert.rejects(broken, failure('INSTALL_FAILED', /^cannot install \/motd: the disk has a bad sector$/))
  assert.equal(readFileSync(join(root, 'motd'), 'utf8'), 'before')
  assert.deepEqual(namesIn(root), ['motd'])
})

test('installFile() onto a directory is INSTALL_FAILED and leaves the directory and nothing else', async (t) => {
  const { root, install } = installer(t)
  mkdirSync(join(root, 'target/inside'), { recursive: true })
  await assert.rejects(
    install(attributesOf('/target'), 'x'),
    failure('INSTALL_FAILED', /^cannot install \/target: a directory stands there$/),
  )
  assert.deepEqual(namesIn(root), ['target'])
  assert.deepEqual(namesIn(join(root, 'target')), ['inside'])
})

test('installFile() into a directory that is not there, and not recorded, is INSTALL_FAILED', async (t) => {
  const { install } = installer(t)
  const said = /^cannot install \/missing\/file: no such file or directory$/
  await assert.rejects(install(attributesOf('/missing/file'), 'x'), failure('INSTALL_FAILED', said))
})

test('installFile() installs a file whose name is as long as a name can be', async (t) => {
  const { root, install } = installer(t)
  for (const name of ['x'.repeat(255), 'ß'.repeat(127), '日'.repeat(85), '😀'.repeat(63)]) {
    await install(attributesOf(`/${name}`), name)
    assert.equal(readFileSync(join(root, name), 'utf8'), name)
  }
  assert.equal(namesIn(root).length, 4)
})

test('installFile() that is killed in the middle leaves the file that was there, and beside it what says whose it is', async (t) => {
  const root = temporaryDirectory(t)
  writeFileSync(join(root, 'motd'), 'before')
  const script = `
    import { installFile } from ${JSON.stringify(new URL('../../test/support/install.ts', import.meta.url).href)}
    async function* content() {
      yield Buffer.from('half')
      process.send('half')
      await new Promise(() => setInterval(() => undefined, 1000))
    }
    const owner = { uid: ${here.uid}, gid: ${here.gid}, user: '', group: '' }
    const attributes = { path: '/motd', mode: 0o644, owner, mtimeMs: 0, parents: [] }
    await installFile({ attributes, content: content(), sha256: '', real: (path) => ${JSON.stringify(root)} + path, ownerRule: 'name' })`
  const words = ['--input-type=module', '--eval', script]
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  await once(child, 'message')
  child.kill('SIGKILL')
  await once(child, 'exit')
  const [left, target, ...more] = namesIn(root)
  assert.match(left ?? '', /^\.isconf-[0-9a-f]{12}~$/)
  assert.deepEqual([target, more], ['motd', []])
  assert.equal(readFileSync(join(root, 'motd'), 'utf8'), 'before')
  assert.equal(statSync(join(root, left ?? '', 'motd')).mode & 0o777, 0o600)
})

test('installFile() gives the file to the name where it exists here, and tells of another number', {
  skip: unlessRootHas(),
}, async (t) => {
  const { root, install } = installer(t)
  const owner = { uid: 4242, gid: 4243, user: 'nobody', group: 'nogroup' }
  const { remarks } = await install(attributesOf('/file', { owner }), 'x')
  const found = statSync(join(root, 'file'))
  assert.deepEqual([found.uid, found.gid], [65_534, 65_534])
  assert.deepEqual(remarks, [
    '/file: user nobody is 65534 here, 4242 on the origin',
    '/file: group nogroup is 65534 here, 4243 on the origin',
  ])
})

test('installFile() gives the file to the number where numbers rule, and stops where the name is unknown', {
  skip: unlessRootHas(),
}, async (t) => {
  const { root, install } = installer(t)
  const unknown = { uid: 4242, gid: 4243, user: 'no-such-user', group: 'no-such-group' }
  const known = { ...unknown, user: 'nobody', group: 'nogroup' }
  const { remarks } = await install(attributesOf('/file', { owner: known }), 'x', { ownerRule: 'numeric' })
  const found = statSync(join(root, 'file'))
  assert.deepEqual([found.uid, found.gid, remarks], [4242, 4243, []])
  const said = /^cannot install \/secret: there is no user no-such-user here \(4242 on the origin\): make it first; /
  await assert.rejects(install(attributesOf('/secret', { owner: unknown }), 'x'), failure('INSTALL_FAILED', said))
  assert.deepEqual(namesIn(root), ['file'])
})

test('installFile() keeps the setuid bit of a file that it gives away', { skip: unlessRootHas() }, async (t) => {
  const { root, install } = installer(t)
  const owner = { uid: 4242, gid: 4243, user: '', group: '' }
  await install(attributesOf('/file', { owner, mode: 0o6755 }), 'x')
  assert.equal(statSync(join(root, 'file')).mode & 0o7777, 0o6755)
})

test('installFile() by a user who may not give files away is INSTALL_FAILED and leaves nothing', async (t) => {
  const { root, install } = installer(t)
  mkdirSync(join(root, 'open'))
  chmodSync(join(root, 'open'), 0o777)
  const owner = { uid: 4242, gid: 4243, user: '', group: '' }
  await asPlainUser(root, () =>
    assert.rejects(
      install(attributesOf('/open/file', { owner }), 'x'),
      failure('INSTALL_FAILED', /^cannot install \/open\/file: operation not permitted$/),
    ),
  )
  assert.deepEqual(namesIn(join(root, 'open')), [])
  assert.ok(!existsSync(join(root, 'open/file')))
})

/** Where a file of this content has bytes that are not zero: at these positions. */
function withBytesAt(sizeBytes: number, ...positions: readonly number[]): Buffer {
  const content = Buffer.alloc(sizeBytes)
  for (const position of positions) content[position] = 1
  return content
}

const sparseFiles: readonly (readonly [string, Buffer])[] = [
  ['only zeros', withBytesAt(10_000_000)],
  ['zeros and a last byte', withBytesAt(10_000_001, 10_000_000)],
  ['a byte in the middle', withBytesAt(10_000_000, 5_000_000)],
  ['bytes at both sides of a block', withBytesAt(10_000_000, 0, 4_096, 8_191)],
]
for (const [what, content] of sparseFiles) {
  test(`installFile() of a sparse file with ${what} writes the same bytes and leaves holes`, async (t) => {
    const { root, install } = installer(t)
    // Chunks that end anywhere, as well as at the borders of blocks.
    for (const chunkBytes of [1024 * 1024, 777_777]) {
      const chunks = Array.from({ length: Math.ceil(content.length / chunkBytes) }, (_, index) =>
        content.subarray(index * chunkBytes, (index + 1) * chunkBytes),
      )
      const how = { content: inChunks(...chunks), sha256: sha256(content) }
      await install(attributesOf('/file', { sparse: true }), '', how)
      assert.ok(readFileSync(join(root, 'file')).equals(content))
      assert.ok(statSync(join(root, 'file')).blocks <= 24, `${statSync(join(root, 'file')).blocks} blocks`)
    }
    await install(attributesOf('/file'), '', { content: inChunks(content), sha256: sha256(content) })
    assert.ok(statSync(join(root, 'file')).blocks * 512 >= content.length, 'zeros that are not holes stay so')
  })
}
