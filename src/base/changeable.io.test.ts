import assert from 'node:assert/strict'
import {
  chmodSync,
  chownSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { failure } from '../../test/support/files.ts'
import { unlessRootHas } from '../../test/support/tools.ts'
import { changeableByOthers, changeableIn, refuseChangeable } from './changeable.io.ts'

/** nobody, on every Unix. */
const other = 65_534

/** Where all of the machine is one user's, as in some containers, nobody else gets to anything. */
const skip =
  ['/', '/tmp'].some((path) => (statSync(path).mode & 0o001) === 0) &&
  'the temporary directory is hidden from others: this was NOT tested'

/** In /tmp, because a directory of a user alone hides what is in it. */
function openDirectory(t: TestContext): string {
  const directory = mkdtempSync('/tmp/isconf-changeable-')
  t.after(() => rmSync(directory, { recursive: true, force: true }))
  chmodSync(directory, 0o755)
  return directory
}

function file(path: string, mode = 0o644): string {
  writeFileSync(path, 'x')
  chmodSync(path, mode)
  return path
}

test('changeableByOthers() is silent about own files, below /tmp too, and about what is not there', (t) => {
  const directory = openDirectory(t)
  assert.equal(changeableByOthers(file(join(directory, 'a'))), undefined)
  assert.equal(changeableByOthers(join(directory, 'none/at/all')), undefined)
  assert.equal(changeableByOthers('/'), undefined)
})

test('changeableByOthers() names what others may write: a file, or a directory on the way', { skip }, (t) => {
  const directory = openDirectory(t)
  const path = file(join(directory, 'a'), 0o666)
  assert.equal(changeableByOthers(path), `${path} can be changed by everybody (mode 666): chmod go-w ${path}`)
  chmodSync(path, 0o644)
  chmodSync(directory, 0o777)
  assert.match(changeableByOthers(path) ?? '', /isconf-changeable-\w+ can be changed by everybody \(mode 777\)/)
  chmodSync(directory, 0o1777)
  assert.equal(changeableByOthers(path), undefined, 'in a sticky directory the entry counts')
  assert.match(changeableByOthers(directory) ?? '', /\(mode 1777\)/, 'and what is in it, if all of it counts')
})

test('a directory that others can not enter hides what is in it', (t) => {
  const directory = openDirectory(t)
  const path = file(join(directory, 'a'), 0o666)
  chmodSync(directory, 0o700)
  assert.equal(changeableByOthers(path), undefined)
  assert.equal(changeableIn(directory), undefined)
})

test('changeableByOthers() goes through links, relative ones too, and ends in a circle of them', { skip }, (t) => {
  const directory = openDirectory(t)
  mkdirSync(join(directory, 'd'))
  const path = file(join(directory, 'a'), 0o666)
  symlinkSync('../d/../a', join(directory, 'd/relative'))
  symlinkSync(path, join(directory, 'absolute'))
  symlinkSync('circle', join(directory, 'circle'))
  for (const name of ['d/relative', 'absolute'])
    assert.ok(changeableByOthers(join(directory, name))?.startsWith(`${path} can be changed`), name)
  assert.equal(changeableByOthers(join(directory, 'circle')), undefined)
})

test('changeableIn() finds what is deep in a directory, follows its links, and leaves out what it is told', {
  skip,
}, (t) => {
  const directory = openDirectory(t)
  mkdirSync(join(directory, 'tree/a/b'), { recursive: true })
  const deep = file(join(directory, 'tree/a/b/c'), 0o622)
  assert.ok(changeableIn(join(directory, 'tree'))?.startsWith(`${deep} can be changed`))
  assert.equal(changeableIn(join(directory, 'tree'), ['a']), undefined)
  chmodSync(deep, 0o644)
  assert.equal(changeableIn(join(directory, 'tree')), undefined)
  const outside = file(join(directory, 'outside'), 0o666)
  symlinkSync(outside, join(directory, 'tree/a/link'))
  assert.ok(changeableIn(join(directory, 'tree'))?.startsWith(`${outside} can be changed`))
})

test("another user's file, directory and link are named, and chown mends it", {
  skip: unlessRootHas() || skip,
}, (t) => {
  const directory = openDirectory(t)
  const home = join(directory, 'home')
  mkdirSync(home)
  const path = file(join(home, 'a'))
  chownSync(path, other, other)
  assert.match(changeableByOthers(path) ?? '', /home\/a belongs to \S.*: chown root .*home\/a$/)
  chownSync(path, 0, 0)
  chownSync(home, other, other)
  assert.match(changeableByOthers(path) ?? '', /home belongs to .*: chown root .*home$/)
  chownSync(home, 0, 0)
  symlinkSync(path, join(directory, 'link'))
  lchownSync(join(directory, 'link'), other, other)
  assert.match(changeableByOthers(join(directory, 'link')) ?? '', /link belongs to /)
})

test('a group may write if nobody else is in it', { skip: unlessRootHas() || skip }, (t) => {
  const path = file(join(openDirectory(t), 'a'), 0o664)
  chownSync(path, 0, 0)
  assert.equal(changeableByOthers(path), undefined)
  chownSync(path, 0, 4_000_000_000)
  assert.match(changeableByOthers(path) ?? '', /by its group 4000000000 \(mode 664\): chmod g-w /)
})

test('refuseChangeable() says which setting it is about', { skip }, (t) => {
  const path = file(join(openDirectory(t), 'main.cf'), 0o666)
  assert.throws(() => refuseChangeable('mainCf', path), failure('OPEN_TO_OTHERS', /^main\.cf: \/tmp\/.* chmod go-w /))
})
