/** Extended attributes from one host's file system to another's; see look.io.test.ts for how they are read. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { failure, namesIn, temporaryDirectory } from '../../test/support/files.ts'
import { installDirectory, installFile } from '../../test/support/install.ts'
import { ran, unlessRootHas, unlessThere } from '../../test/support/tools.ts'
import { setXattr } from '../../test/support/xattrs.ts'
import { inspect } from './inspect.io.ts'
import type { DirectoryAttributes, FileAttributes } from './machine.ts'
import { protectedPaths } from './protected-paths.io.ts'
import { loadSystemCalls } from './system-calls.io.ts'
import { readXattrs } from './xattrs.io.ts'

function run(program: string, ...words: readonly string[]): string {
  return execFileSync(program, words, { encoding: 'utf8' })
}

/** Two directories that each stand for /, and the way of an entry from one to the other. */
function twoRoots(t: TestContext) {
  const [origin, target] = [temporaryDirectory(t), temporaryDirectory(t)]
  const carry = async (path: string, content = 'x'): Promise<void> => {
    const from = (one: string): string => join(origin, one)
    const real = (one: string): string => join(target, one)
    const entry = (await inspect(path, { real: from, protectedPaths: protectedPaths(from, '/no/home') })).entries.at(-1)
    const how = { real, ownerRule: 'name' } as const
    if (entry?.kind === 'directory') {
      await installDirectory({ ...how, attributes: entry satisfies DirectoryAttributes })
    } else if (entry?.kind === 'file') {
      const sha256 = createHash('sha256').update(content).digest('hex')
      const bytes = async function* () {
        yield Buffer.from(content)
      }
      await installFile({ ...how, attributes: entry satisfies FileAttributes, content: bytes(), sha256 })
    }
  }
  return { origin, target, carry }
}

/** Mode, access lists and attributes of a path. */
function all(root: string, path: string): string {
  const acl = run('getfacl', '-n', '--omit-header', '--absolute-names', join(root, path))
  return `${statSync(join(root, path)).mode.toString(8)}\n${acl}\n${JSON.stringify(attributes(root, path))}`
}

/** The attributes of a path, as this host's own way of reading has them. */
function attributes(root: string, path: string): unknown {
  return readXattrs(join(root, path), path)
}

test('a file arrives with its extended attributes, and without those that it had before', async (t) => {
  const { origin, target, carry } = twoRoots(t)
  for (const root of [origin, target]) writeFileSync(join(root, 'file'), 'x')
  setXattr(join(origin, 'file'), 'user.colour', 'blue')
  setXattr(join(origin, 'file'), 'user.bytes=', Buffer.from([0, 255, 10, 34, 61]))
  setXattr(join(origin, 'file'), 'user.empty', '')
  setXattr(join(target, 'file'), 'user.stale', 'old')
  await carry('/file')
  const wanted = { 'user.colour': 'Ymx1ZQ==', 'user.bytes=': 'AP8KIj0=', 'user.empty': '' }
  assert.deepEqual(attributes(target, 'file'), wanted)
  if (unlessThere('getfattr') === false) {
    const { text } = ran('getfattr', '-h', '--absolute-names', '-d', '-e', 'base64', join(target, 'file'))
    assert.match(text, /^user\.bytes\\075=0sAP8KIj0=$/m)
  }
  mkdirSync(join(origin, 'directory'))
  await carry('/directory')
  setXattr(join(target, 'directory'), 'user.stale', 'old')
  setXattr(join(origin, 'directory'), 'user.colour', 'red')
  await carry('/directory')
  assert.deepEqual(attributes(target, 'directory'), { 'user.colour': 'cmVk' })
})

test('the attributes of a file that a link names are neither read nor set', async (t) => {
  const { origin, target, carry } = twoRoots(t)
  writeFileSync(join(origin, 'file'), 'x')
  setXattr(join(origin, 'file'), 'user.colour', 'blue')
  symlinkSync('file', join(origin, 'link'))
  assert.equal(attributes(origin, 'link'), undefined)
  writeFileSync(join(target, 'elsewhere'), 'x')
  symlinkSync('elsewhere', join(target, 'file'))
  await carry('/file')
  assert.equal(attributes(target, 'elsewhere'), undefined)
  assert.deepEqual(attributes(target, 'file'), { 'user.colour': 'Ymx1ZQ==' })
})

test('access lists arrive with the mode that goes with them', { skip: unlessThere('setfacl') }, async (t) => {
  const { origin, target, carry } = twoRoots(t)
  writeFileSync(join(origin, 'file'), 'x')
  chmodSync(join(origin, 'file'), 0o640)
  run('setfacl', '-m', 'u:12345:rwx,g:54321:r,m::rw', join(origin, 'file'))
  mkdirSync(join(origin, 'directory'))
  run('setfacl', '-m', 'u:12345:rx,d:u:12345:rwx,d:o::-', join(origin, 'directory'))
  await carry('/file')
  await carry('/directory')
  for (const path of ['file', 'directory']) assert.equal(all(target, path), all(origin, path))
  run('setfacl', '-b', join(origin, 'directory'))
  await carry('/directory')
  assert.equal(all(target, 'directory'), all(origin, 'directory'))
})

test('what a directory hands down here does not stay on what is installed in it', {
  skip: unlessThere('setfacl'),
}, async (t) => {
  const { origin, target, carry } = twoRoots(t)
  run('setfacl', '-m', 'd:u:12345:rwx,d:g::rwx,d:o::rwx', target)
  for (const mode of [0o600, 0o644, 0o750]) {
    writeFileSync(join(origin, 'file'), 'x')
    chmodSync(join(origin, 'file'), mode)
    mkdirSync(join(origin, 'directory'), { recursive: true })
    chmodSync(join(origin, 'directory'), mode | 0o100)
    await carry('/file')
    await carry('/directory')
    for (const path of ['file', 'directory']) assert.equal(all(target, path), all(origin, path))
  }
})

test('capabilities arrive, also on a file that is given away', {
  skip: unlessRootHas('setcap'),
}, async (t) => {
  const { origin, target, carry } = twoRoots(t)
  writeFileSync(join(origin, 'tool'), 'x', { mode: 0o755 })
  run('chown', '12345:54321', join(origin, 'tool'))
  run('setcap', 'cap_net_bind_service+ep', join(origin, 'tool'))
  await carry('/tool')
  assert.deepEqual(attributes(target, 'tool'), attributes(origin, 'tool'))
  assert.match(run('getcap', join(target, 'tool')), /cap_net_bind_service/)
})

test('an attribute that the file system does not take is INSTALL_FAILED and named; nothing is left', async (t) => {
  const { target } = twoRoots(t)
  await assert.rejects(install(target, { 'nonsense.name': 'AA==' }), refusedFor('nonsense.name'))
  assert.deepEqual(namesIn(target), [])
})

test('a platform for which there is no package says which one is missing', () => {
  const loaded = loadSystemCalls('@koromix/koffi-plan9-vax')
  assert.equal(loaded.calls, undefined)
  assert.equal('why' in loaded && loaded.why, 'the npm package @koromix/koffi-plan9-vax is not here')
})

test('a package that cannot be loaded says why, in one line', (t) => {
  const path = join(temporaryDirectory(t), 'broken.node')
  writeFileSync(path, 'not a program')
  const loaded = loadSystemCalls(path)
  assert.match('why' in loaded ? loaded.why : '', /^the npm package .*broken\.node cannot be loaded \(.+\)$/)
})

function refusedFor(name: string) {
  return failure('INSTALL_FAILED', new RegExp(`^cannot install /file: cannot set its extended attribute ${name}: \\w`))
}

function install(root: string, xattrs: Readonly<Record<string, string>> | undefined): Promise<unknown> {
  const owner = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0, user: '', group: '' }
  const attributes = { path: '/file', mode: 0o644, owner, mtimeMs: 0, parents: [], ...(xattrs ? { xattrs } : {}) }
  const bytes = async function* () {
    yield Buffer.from('x')
  }
  const sha256 = createHash('sha256').update('x').digest('hex')
  const real = (path: string): string => join(root, path)
  return installFile({ attributes, content: bytes(), sha256, real, ownerRule: 'name' })
}
