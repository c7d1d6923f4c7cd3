/** What a plain user of a machine puts in root's way: links, and directories that are exchanged in the middle. */
import assert from 'node:assert/strict'
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { ann, annsDirectories, annsLink, skipUnlessRoot as skip } from '../../test/support/ann.ts'
import { failure, namesIn, temporaryDirectory } from '../../test/support/files.ts'
import { systemClock } from '../base/clock.io.ts'
import { sha256Hex } from '../base/index.ts'
import { Walk } from '../base/walk.io.ts'
import { systemMachine } from './machine.io.ts'
import type { Installation, OutputListener } from './machine.ts'
import { remove, removeEntry } from './remove.io.ts'

const annOwner = { uid: ann, gid: ann, user: '', group: '' }
const refused = failure(
  'UNSAFE_LINK',
  /\/home\/ann\/dir is a symbolic link that belongs to user 1234, and leads to \S+/,
)

/** A machine below a directory, with the home of a user in it whose `dir` leads to /etc. */
function place(t: TestContext, shared: readonly string[] = [], environment?: () => Readonly<Record<string, string>>) {
  const root = temporaryDirectory(t)
  const home = temporaryDirectory(t)
  mkdirSync(join(home, 'conf'))
  annsDirectories(root, ['home/ann'], 'etc/shadow')
  mkdirSync(join(root, 'etc/dir'))
  const linkTo = (target: string): void => annsLink(root, 'home/ann/dir', target)
  const unused = (): never => assert.fail('not a part of this')
  const machine = systemMachine({
    ...{ volroot: root, home, owner: () => 'numeric' as const, clock: systemClock },
    ...{ rebootCommand: unused, bootIdPath: unused, hooksPath: unused },
    environment: environment ?? unused,
    sharedDirectories: () => shared,
  })
  const real = (path: string): string => join(root, path)
  return { root, real, machine, linkTo }
}

function file(path: string, onRead = (): void => undefined): Installation {
  const content = async function* () {
    onRead()
    yield Buffer.from('new')
  }
  const attributes = { path, owner: annOwner, mtimeMs: 0, mode: 0o644, parents: [] }
  return { kind: 'file', attributes, content, sha256: sha256Hex('new') }
}

const directory = (path: string): Installation => ({
  kind: 'directory',
  attributes: { path, owner: annOwner, mtimeMs: 0, mode: 0o755, parents: [] },
})

test('nothing is installed, removed or recorded by way of a link of a user, and the link is named', {
  skip,
}, async (t) => {
  const { real, machine, linkTo } = place(t)
  linkTo('/etc')
  const symlink: Installation = {
    ...directory('/home/ann/dir/link'),
    kind: 'symlink',
    attributes: { ...annLink, parents: [] },
  }
  for (const one of [file('/home/ann/dir/shadow'), directory('/home/ann/dir/dir'), symlink])
    await assert.rejects(machine.install([one]), refused)
  await assert.rejects(machine.remove('/home/ann/dir/shadow'), refused)
  await assert.rejects(machine.inspect('/home/ann/dir/shadow'), refused)
  await assert.rejects(machine.stateOf('/home/ann/dir/shadow'), refused)
  const [[unread] = []] = await machine.differences([{ kind: 'removal', path: '/home/ann/dir/shadow' }])
  assert.deepEqual([unread?.what, /belongs to user 1234/.test(unread?.found ?? '')], ['unreadable', true])
  assert.deepEqual(
    [readFileSync(real('etc/shadow'), 'utf8'), statSync(real('etc/dir')).uid, namesIn(real('etc'))],
    ['secret', 0, ['dir', 'shadow']],
  )
})

const annLink = { path: '/home/ann/dir/link', owner: annOwner, mtimeMs: 0, target: '/etc/passwd' }

test('a link of a user to a directory of theirs, and one of root, lead on as ever', { skip }, async (t) => {
  const { real, machine, linkTo } = place(t)
  mkdirSync(real('home/ann/own'))
  chownSync(real('home/ann/own'), ann, ann)
  linkTo('own')
  symlinkSync('/etc', real('conf'))
  assert.equal((await machine.install([file('/home/ann/dir/file'), file('/conf/file')])).length, 2)
  assert.deepEqual([existsSync(real('home/ann/own/file')), existsSync(real('etc/file'))], [true, true])
  assert.equal((await machine.inspect('/conf/file')).entries.length, 1)
  assert.equal(await machine.remove('/home/ann/dir/file'), true)
})

test('a directory that is exchanged for a link while a file is written gets the file all the same, and nothing else', {
  skip,
}, async (t) => {
  const { real, machine, linkTo } = place(t)
  mkdirSync(real('home/ann/dir'))
  chownSync(real('home/ann/dir'), ann, ann)
  const exchange = (): void => {
    if (existsSync(real('home/ann/away'))) return
    renameSync(real('home/ann/dir'), real('home/ann/away'))
    linkTo('/etc')
  }
  await machine.install([file('/home/ann/dir/shadow', exchange)])
  assert.equal(readFileSync(real('home/ann/away/shadow'), 'utf8'), 'new')
  assert.equal(readFileSync(real('etc/shadow'), 'utf8'), 'secret')
  assert.deepEqual(namesIn(real('etc')), ['dir', 'shadow'])
})

test('where things are made beside their place is not exchanged for a directory of a user', { skip }, async (t) => {
  const { real, machine } = place(t)
  mkdirSync(real('home/ann/theirs'))
  chownSync(real('home/ann/theirs'), ann, ann)
  const exchange = (): void => {
    const [own = ''] = namesIn(real('home/ann')).filter((name) => name.startsWith('.isconf-'))
    if (existsSync(real('home/ann/moved'))) return
    renameSync(real(join('home/ann', own)), real('home/ann/moved'))
    symlinkSync('/etc', real(join('home/ann', own)))
  }
  await machine.install([file('/home/ann/shadow', exchange)])
  assert.equal(readFileSync(real('home/ann/shadow'), 'utf8'), 'new')
  assert.equal(readFileSync(real('etc/shadow'), 'utf8'), 'secret')
})

test('remove() of a tree goes by what it has open, whatever is exchanged meanwhile', { skip }, async (t) => {
  const { root, real, linkTo } = place(t)
  mkdirSync(real('home/ann/dir/deep'), { recursive: true })
  writeFileSync(real('home/ann/dir/shadow'), '')
  const walk = new Walk(root)
  t.after(() => walk.close())
  const entry = await walk.entry('/home/ann/dir/shadow')
  renameSync(real('home/ann/dir'), real('home/ann/away'))
  linkTo('/etc')
  await removeEntry(entry)
  assert.deepEqual([namesIn(real('home/ann/away')), existsSync(real('etc/shadow'))], [['deep'], true])
  // A link in the place of a directory is removed, and what it leads to is not.
  assert.equal(await remove('/home/ann/dir', walk), true)
  assert.throws(() => lstatSync(real('home/ann/dir')))
  assert.equal(existsSync(real('etc/shadow')), true)
})

test('what is recorded is what was seen: a directory exchanged for a link meanwhile is told', { skip }, async (t) => {
  const { real, machine, linkTo } = place(t)
  mkdirSync(real('home/ann/dir'))
  writeFileSync(real('home/ann/dir/shadow'), 'own')
  const { entries, read } = await machine.inspect('/home/ann/dir')
  renameSync(real('home/ann/dir'), real('home/ann/away'))
  linkTo('/etc')
  const [first] = entries
  assert.ok(first?.kind === 'file')
  await assert.rejects(read(first)[Symbol.asyncIterator]().next(), failure('FILE_CHANGED', /changed|went away/))
})

test('a command runs in the directory that was gone to, and by no link of a user', { skip }, async (t) => {
  const { real, machine, linkTo } = place(t, [], () => {
    renameSync(real('home/ann/dir'), real('home/ann/away'))
    linkTo('/etc')
    return { PATH: process.env['PATH'] ?? '' }
  })
  let written = ''
  const hear: OutputListener = (_, bytes) => {
    written += Buffer.from(bytes).toString()
    return undefined
  }
  const command = { argv: ['sh', '-c', 'pwd -P; touch file'], cwd: '/home/ann/dir', env: {} }
  mkdirSync(real('home/ann/dir'))
  await machine.run(command, hear, new AbortController().signal)
  assert.equal(written, `${real('home/ann/away')}\n`)
  await assert.rejects(machine.run(command, hear, new AbortController().signal), refused)
  assert.deepEqual([namesIn(real('home/ann/away')), namesIn(real('etc'))], [['file'], ['dir', 'shadow']])
})

test('sharedWith() tells who else can change a directory or one above, unless it is allowed', { skip }, async (t) => {
  const { root, real, machine } = place(t)
  chmodSync(root, 0o755)
  mkdirSync(real('tmp/dir'), { recursive: true })
  chmodSync(real('tmp'), 0o1777)
  assert.match(machine.sharedWith('/tmp') ?? '', /\/tmp can be changed by everybody \(mode 1777\)$/)
  assert.match(machine.sharedWith('/home/ann/dir') ?? '', /\/home\/ann belongs to user 1234$/)
  for (const path of ['/', '/etc/dir', '/tmp/dir']) assert.equal(machine.sharedWith(path), undefined)
  const allowing = place(t, ['/tmp', '/home'])
  mkdirSync(allowing.real('tmp'))
  for (const path of ['tmp', 'home']) chmodSync(allowing.real(path), 0o777)
  for (const path of ['/tmp', '/home', '/home/ann']) assert.equal(allowing.machine.sharedWith(path), undefined)
})

test('IS_HOME, what lies in it and what holds it are not installed', async (t) => {
  const root = temporaryDirectory(t)
  mkdirSync(join(root, 'srv/is/conf'), { recursive: true })
  symlinkSync('srv', join(root, 'var'))
  const unused = (): never => assert.fail('not a part of this')
  const machine = systemMachine({
    ...{ volroot: root, home: join(root, 'var/is'), owner: () => 'numeric' as const, clock: systemClock },
    ...{ environment: unused, rebootCommand: unused, bootIdPath: unused, hooksPath: unused },
  })
  const symlink: Installation = { kind: 'symlink', attributes: { ...annLink, path: '/var', parents: [] } }
  for (const one of [file('/var/is/conf/domain'), directory('/srv/is'), directory('/srv'), symlink])
    await assert.rejects(
      machine.install([one]),
      failure('PROTECTED_PATH', /is IS_HOME here, \S+, or (lies in|holds) it$/),
    )
})
