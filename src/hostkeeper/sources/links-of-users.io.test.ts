/** What a plain user puts in the way of a tree that root fetches from a directory. */
import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { annsDirectories, annsLink, skipUnlessRoot as skip } from '../../../test/support/ann.ts'
import { failure, namesIn, temporaryDirectory } from '../../../test/support/files.ts'
import { Walk } from '../../base/walk.io.ts'
import { lookInto } from '../tree/index.ts'
import { directorySource } from './directory.io.ts'
import type { SourceContext } from './source.ts'

function place(t: TestContext) {
  const top = temporaryDirectory(t)
  annsDirectories(top, ['ann', 'ann/tree', 'ann/tree/d'], 'root/secret')
  mkdirSync(join(top, 'into'))
  writeFileSync(join(top, 'ann/tree/d/file'), 'own')
  const linkOfAnn = (target: string, path: string): void => annsLink(top, path, join(top, target))
  return { path: (name: string) => join(top, name), linkOfAnn }
}

const context = {
  settings: { timeoutS: 60 },
  environment: process.env,
  signal: new AbortController().signal,
} as unknown as SourceContext

test('a tree is fetched by a link of a user from a directory of that user, and from no other', {
  skip,
}, async (t) => {
  const { path, linkOfAnn } = place(t)
  linkOfAnn('root', 'ann/away')
  linkOfAnn('ann/tree', 'ann/own')
  await assert.rejects(
    directorySource(path('ann/away'), path('into'), context),
    failure('UNSAFE_LINK', /\/ann\/away is a symbolic link that belongs to user 1234/),
  )
  assert.deepEqual(namesIn(path('into')), [])
  await directorySource(path('ann/own'), path('into'), context)
  assert.equal(readFileSync(path('into/d/file'), 'utf8'), 'own')
})

test('what is looked at of a tree is what was opened, whatever is put in its place meanwhile', { skip }, async (t) => {
  const { path, linkOfAnn } = place(t)
  const walk = new Walk('/')
  t.after(() => walk.close())
  const tree = await walk.directory(path('ann/tree'))
  const { id } = await lookInto(tree)
  renameSync(path('ann/tree'), path('ann/moved'))
  linkOfAnn('root', 'ann/tree')
  assert.equal((await lookInto(tree)).id, id)
  // A link in the tree is a link, and what it leads to is not read.
  renameSync(path('ann/moved/d'), path('ann/moved/e'))
  linkOfAnn('root', 'ann/moved/d')
  const { entries } = await lookInto(tree)
  assert.deepEqual(entries.map((one) => `${one.kind} ${one.path}`).sort(), ['directory e', 'file e/file', 'link d'])
})
