/** What a plain user puts in the way of files that root writes for all, and of temporary directories. */
import assert from 'node:assert/strict'
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { ann, annsDirectories, annsLink, skipUnlessRoot as skip } from '../../../test/support/ann.ts'
import { failure, namesIn, temporaryDirectory } from '../../../test/support/files.ts'
import { writeWhole } from './files.io.ts'
import { removeLeftOvers, scratchDirectory } from './scratch.io.ts'

/** A directory of root's with a file in it, beside one of a user. */
function place(t: TestContext) {
  const top = temporaryDirectory(t)
  // What nobody else may enter nobody else can exchange anything in.
  chmodSync(top, 0o755)
  annsDirectories(top, ['ann'], 'etc/shadow')
  const linkOfAnn = (target: string, path: string): void => annsLink(top, path, target)
  return { path: (name: string) => join(top, name), linkOfAnn }
}

test('writeWhole() writes through no link of another user, neither on the way nor in the place of what it writes', {
  skip,
}, async (t) => {
  const { path, linkOfAnn } = place(t)
  linkOfAnn(path('etc'), 'ann/to-etc')
  await assert.rejects(writeWhole(path('ann/to-etc/shadow'), 'x'), failure('UNSAFE_LINK', /belongs to user 1234/))
  linkOfAnn(path('etc/shadow'), 'ann/file')
  // Where it is written first somebody may have put a link, too.
  linkOfAnn(path('etc/shadow'), `ann/other.${process.pid}`)
  await writeWhole(path('ann/file'), 'x')
  await assert.rejects(writeWhole(path('ann/other'), 'x'), failure('FILE_UNWRITABLE', /cannot write \S+\/ann\/other: /))
  assert.deepEqual([readFileSync(path('ann/file'), 'utf8'), readFileSync(path('etc/shadow'), 'utf8')], ['x', 'secret'])
})

test('a temporary directory is made only where nobody else can exchange it', { skip }, (t) => {
  const { path } = place(t)
  assert.throws(() => scratchDirectory('x-', path('ann')), failure('OPEN_TO_OTHERS', /\/ann belongs to /))
  assert.deepEqual(namesIn(path('ann')), [])
  mkdirSync(path('tmp'))
  chmodSync(path('tmp'), 0o1777)
  assert.ok(existsSync(scratchDirectory('x-', path('tmp'))))
})

test('of left-overs only those are removed that nobody else can exchange', { skip }, (t) => {
  const { path, linkOfAnn } = place(t)
  mkdirSync(path('tmp'))
  chmodSync(path('tmp'), 0o1777)
  for (const name of ['x-4194303-a', 'x-4194303-b', `x-${process.pid}-c`]) mkdirSync(path(`tmp/${name}`))
  chownSync(path('tmp/x-4194303-b'), ann, ann)
  linkOfAnn(path('etc'), 'tmp/x-4194303-d')
  removeLeftOvers(path('tmp'), /^x-(\d+)-\w$/)
  assert.deepEqual(namesIn(path('tmp')), ['x-4194303-b', 'x-4194303-d', `x-${process.pid}-c`].sort())
  assert.ok(existsSync(path('etc/shadow')))
})
