/** Who may lead root where: links of several users, for whom root makes them. */
import assert from 'node:assert/strict'
import { chownSync, lchownSync, mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { failure, namesIn, temporaryDirectory } from '../../test/support/files.ts'
import { unlessRootHas } from '../../test/support/tools.ts'
import { Places } from './places.io.ts'
import { Walk } from './walk.io.ts'

const skip = unlessRootHas()
const [ann, bob] = [1234, 1235]

/** A directory that stands for /, with the homes of two users and an etc of root. */
function place(t: TestContext) {
  const root = temporaryDirectory(t)
  for (const path of ['etc/conf.d', 'run', 'home/ann/own', 'home/bob', 'srv/ann'])
    mkdirSync(join(root, path), { recursive: true })
  const walk = new Walk(root)
  t.after(() => walk.close())
  const link = (path: string, target: string, uid = process.getuid?.() ?? 0): void => {
    symlinkSync(target, join(root, path))
    lchownSync(join(root, path), uid, uid)
  }
  const leadsTo = async (path: string): Promise<string> => (await walk.directory(path)).path.slice(root.length)
  return { root, walk, link, leadsTo }
}

test('a link of root or of this user is followed anywhere, as if the root of the walk were /', async (t) => {
  const { link, leadsTo } = place(t)
  link('absolute', '/etc/conf.d')
  link('etc/relative', '../run/./..//run')
  link('out', '../../../../../../etc')
  link('chain', 'etc/relative/../absolute')
  link('absolute-too', '/chain')
  link('etc/absolute', '/absolute')
  const found: string[] = []
  for (const path of ['/absolute', '/etc/relative', '/out', '/out/conf.d', '/absolute-too', '/']) {
    found.push(await leadsTo(path))
  }
  assert.deepEqual(found.slice(0, 4), ['/etc/conf.d', '/run', '/etc', '/etc/conf.d'])
  assert.equal(found.at(-1), '')
})

test('what is not there, is no directory or leads in a circle fails as in node:fs', async (t) => {
  const { root, walk, link } = place(t)
  writeFileSync(join(root, 'file'), '')
  link('circle', 'circle')
  link('nowhere', 'no/where')
  const codeOf = (path: string): Promise<unknown> => walk.directory(path).catch((error) => error.code)
  const codes = await Promise.all(['/no', '/nowhere', '/file', '/file/x', '/circle'].map(codeOf))
  assert.deepEqual(codes, ['ENOENT', 'ENOENT', 'ENOTDIR', 'ENOTDIR', 'ELOOP'])
})

test('a link of a user is followed only to a directory of that user, and else named', { skip }, async (t) => {
  const { root, walk, link, leadsTo } = place(t)
  for (const path of ['home/ann', 'home/ann/own', 'srv/ann']) chownSync(join(root, path), ann, ann)
  chownSync(join(root, 'home/bob'), bob, bob)
  link('home/ann/config', 'own', ann)
  link('home/ann/www', '/srv', ann)
  link('home/ann/etc', '/etc', ann)
  link('home/bob/ann', '../ann/own', bob)
  link('home/ann/of-root', '/etc')
  link('home/ann/twice', 'etc/../srv/ann', ann)
  assert.equal(await leadsTo('/home/ann/config'), '/home/ann/own')
  // Root's own directory is only passed.
  assert.equal(await leadsTo('/home/ann/www/ann'), '/srv/ann')
  assert.equal(await leadsTo('/home/ann/of-root/conf.d'), '/etc/conf.d')
  for (const path of ['/home/ann/etc', '/home/ann/etc/conf.d', '/home/ann/www', '/home/bob/ann']) {
    const [, , , name] = path.split('/')
    const words = new RegExp(
      `^\\S+/${name} is a symbolic link that belongs to user ${ann}|${bob}, and leads to \\S+, which`,
    )
    await assert.rejects(walk.directory(path), failure('UNSAFE_LINK', words))
    // The entry that is a link is not followed.
    assert.equal((await walk.entry(path.split('/').slice(0, 4).join('/'))).name, name)
  }
})

test('what was checked is what is used, whatever is put in its place meanwhile', async (t) => {
  const { root, walk, link } = place(t)
  const entry = await walk.entry('/home/ann/own/file')
  renameSync(join(root, 'home/ann/own'), join(root, 'home/ann/away'))
  link('home/ann/own', '/etc')
  writeFileSync(entry.at, 'x', { flag: 'wx' })
  assert.deepEqual([namesIn(join(root, 'etc')), namesIn(join(root, 'home/ann/away'))], [['conf.d'], ['file']])
  assert.equal(readFileSync(join(root, 'home/ann/away/file'), 'utf8'), 'x')
})

test('Places tell where a path will be, and by which links', async (t) => {
  const { root, walk, link } = place(t)
  link('alias', 'now')
  link('now', 'srv')
  const { path, links } = await new Places(walk).of('/alias/new/file')
  assert.equal(path, join(root, 'srv/new/file'))
  assert.deepEqual(links, [join(root, 'alias'), join(root, 'now')])
})
