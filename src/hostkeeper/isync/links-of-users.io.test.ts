/** What a plain user puts in the way of isync: links, and directories that are exchanged in the middle. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, renameSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { ann, annsDirectories, annsLink, skipUnlessRoot as skip } from '../../../test/support/ann.ts'
import { failure, namesIn, temporaryDirectory } from '../../../test/support/files.ts'
import { sha256Hex } from '../../base/index.ts'
import { Walk } from '../../base/walk.io.ts'
import type { Layout } from '../program/index.ts'
import { installAll, type Task } from './install.io.ts'
import { placeOf, presentAt } from './place.io.ts'
import { fileContent, type Wanted } from './plan.ts'

/** A root with the home of a user in it, whose `dir` is theirs, and an etc of root's. */
function place(t: TestContext) {
  const root = temporaryDirectory(t)
  const isconf = temporaryDirectory(t)
  annsDirectories(root, ['home/ann', 'home/ann/dir'], 'etc/shadow')
  writeFileSync(join(isconf, 'source'), 'new')
  const real = (path: string): string => join(root, path)
  const layout = { home: isconf, installed: join(isconf, 'installed'), kept: join(isconf, 'kept') }
  const walk = new Walk(root)
  t.after(() => walk.close())
  /** `meanwhile` is done when the file of the tree is read. */
  const task = async (path: string, more: Partial<Task> = {}, meanwhile = (): void => undefined): Promise<Task> => {
    const wanted: Wanted = {
      ...{ path, kind: 'file', content: fileContent(sha256Hex('new')), listed: true, mode: 0o644, uid: ann, gid: ann },
      get source() {
        meanwhile()
        return join(isconf, 'source')
      },
    }
    const where = await placeOf(walk, path)
    const present = where.entry && presentAt(where.entry)
    return { wanted, place: where, present, action: 'install', parents: [], ...more }
  }
  const install = (one: Task): Promise<ReadonlyMap<Task, string>> =>
    installAll([one], walk, { ...layout, installing: join(isconf, 'installing') } as Layout)
  const linkOfAnn = (path: string, target: string): void => annsLink(root, path, target)
  /** Once: what the user does with their directory. */
  const exchange = (): void => {
    if (existsSync(real('home/ann/away'))) return
    renameSync(real('home/ann/dir'), real('home/ann/away'))
    linkOfAnn('home/ann/dir', '/etc')
  }
  const assertEtc = (): void => {
    assert.deepEqual([readFileSync(real('etc/shadow'), 'utf8'), namesIn(real('etc'))], ['secret', ['shadow']])
    const { uid, mode } = statSync(real('etc/shadow'))
    assert.deepEqual([uid, mode & 0o777], [0, 0o600])
  }
  return { real, isconf, task, install, linkOfAnn, exchange, assertEtc }
}

test('a link of a user leads isync to a directory of that user, and nowhere else', { skip }, async (t) => {
  const { real, task, install, linkOfAnn, assertEtc } = place(t)
  linkOfAnn('home/ann/etc', '/etc')
  linkOfAnn('home/ann/own', 'dir')
  await assert.rejects(
    task('home/ann/etc/shadow'),
    failure('UNSAFE_LINK', /\/home\/ann\/etc is a symbolic link that belongs to user 1234, and leads to \S+\/etc/),
  )
  await install(await task('home/ann/own/file'))
  assert.equal(readFileSync(real('home/ann/dir/file'), 'utf8'), 'new')
  assertEtc()
})

test('a directory that is exchanged for a link gets the file all the same, whenever that is done', {
  skip,
}, async (t) => {
  const { real, task, install, exchange, assertEtc } = place(t)
  const afterTheLook = await task('home/ann/dir/shadow')
  exchange()
  await install(afterTheLook)
  assert.equal(readFileSync(real('home/ann/away/shadow'), 'utf8'), 'new')
  assertEtc()

  const other = place(t)
  await other.install(await other.task('home/ann/dir/shadow', {}, other.exchange))
  assert.equal(readFileSync(other.real('home/ann/away/shadow'), 'utf8'), 'new')
  assert.deepEqual(namesIn(other.real('home/ann/away')), ['shadow'])
  other.assertEtc()
})

test('where isync makes things is not exchanged for a directory of a user', { skip }, async (t) => {
  const { real, task, install, assertEtc } = place(t)
  const exchangeStaging = (): void => {
    const [own = ''] = namesIn(real('home/ann/dir')).filter((name) => name.startsWith('.isconf-'))
    renameSync(real(join('home/ann/dir', own)), real('home/ann/moved'))
    symlinkSync('/etc', real(join('home/ann/dir', own)))
  }
  await install(await task('home/ann/dir/shadow', {}, exchangeStaging))
  assert.equal(readFileSync(real('home/ann/dir/shadow'), 'utf8'), 'new')
  assertEtc()
})

test('directories are made, copies kept, and mode and owner set, in what was looked at', { skip }, async (t) => {
  const { real, isconf, task, install, exchange, assertEtc } = place(t)
  writeFileSync(real('home/ann/dir/shadow'), 'by hand')
  const overwriting = await task('home/ann/dir/shadow', { action: 'overwrite' })
  const setting = await task('home/ann/dir/shadow', { action: 'attributes' })
  exchange()
  await install(overwriting)
  const [copy = ''] = readdirSync(join(isconf, 'kept/home/ann/dir'))
  assert.equal(readFileSync(join(isconf, 'kept/home/ann/dir', copy), 'utf8'), 'by hand')
  // Another file is there by now, and not that which was looked at.
  await assert.rejects(install(setting), failure('FILE_UNWRITABLE', /shadow was replaced meanwhile/))

  const other = place(t)
  const parents = [{ path: 'home/ann/dir/new', mode: 0o755, uid: ann, gid: ann }]
  const deep = await other.task('home/ann/dir/new/file', { parents })
  other.exchange()
  await other.install(deep)
  assert.equal(readFileSync(other.real('home/ann/away/new/file'), 'utf8'), 'new')
  for (const one of [{ assertEtc }, other]) one.assertEtc()
})

test('what stands in the way of an undoing is left, and nothing of another is put back', { skip }, async (t) => {
  const { real, task, install, exchange, assertEtc } = place(t)
  writeFileSync(real('home/ann/dir/shadow'), 'old')
  const changed = (): void => {
    exchange()
    throw Object.assign(new Error('no'), { code: 'EIO' })
  }
  await assert.rejects(
    install(await task('home/ann/dir/shadow', {}, changed)),
    failure('FILE_UNWRITABLE', /cannot install/),
  )
  assert.deepEqual(namesIn(real('home/ann/away')), ['shadow'])
  assert.equal(readFileSync(real('home/ann/away/shadow'), 'utf8'), 'old')
  assertEtc()
})
