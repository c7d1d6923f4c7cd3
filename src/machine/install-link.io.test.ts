/** Hard links where they arrive. */
import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { namesIn, temporaryDirectory } from '../../test/support/files.ts'
import { sha256Hex } from '../base/index.ts'
import { Walk } from '../base/walk.io.ts'
import { installingFile } from './install-file.io.ts'
import { installTogether } from './install-together.io.ts'
import type { InstallReport } from './machine.ts'
import { Staging } from './temporary-files.io.ts'

const owner = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0, user: '', group: '' }

/** On most systems a file system of its own. */
const memory = '/dev/shm'

/** A directory that stands for /, and what puts files below it, each after the ones before. */
function place(t: TestContext, root = temporaryDirectory(t)) {
  const walk = new Walk(root)
  t.after(() => walk.close())
  const real = (path: string): string => join(root, path)
  const file = (path: string, content: string, hardlink?: string) => {
    const links = hardlink === undefined ? {} : { hardlink }
    const attributes = { path, mode: 0o644, owner, mtimeMs: 1_600_000_000_000, parents: [], ...links }
    const chunks = async function* () {
      yield Buffer.from(content)
    }
    const numbersOf = () => ({ uid: owner.uid, gid: owner.gid })
    return installingFile({
      real,
      kept: real('/kept'),
      walk,
      numbersOf,
      staging: new Staging(),
      attributes,
      content: chunks,
      sha256: sha256Hex(content),
    })
  }
  const install = (...files: readonly ReturnType<typeof file>[]): Promise<readonly InstallReport[]> =>
    installTogether(files)
  const inode = (path: string): number => statSync(real(path)).ino
  return { root, real, file, install, inode }
}

test('a hard link becomes one, in the batch of the other name and after it, and when it is there already', async (t) => {
  const { root, file, install, inode } = place(t)
  const reports = await install(file('/a', 'one'), file('/b', 'one', '/a'))
  assert.deepEqual(reports, [{ remarks: [] }, { remarks: [] }])
  await install(file('/c', 'one', '/a'))
  await install(file('/b', 'one', '/a'))
  assert.deepEqual([inode('/b'), inode('/c'), namesIn(root)], [inode('/a'), inode('/a'), ['a', 'b', 'c']])
  // Both get the new content, and are one again.
  await install(file('/a', 'two'), file('/b', 'two', '/a'))
  assert.equal(inode('/b'), inode('/a'))
  assert.notEqual(inode('/c'), inode('/a'))
})

test('where the other name is not the file that was recorded, it is a file of its own, and that is said', async (t) => {
  const { root, real, file, install, inode } = place(t)
  const changes: Readonly<Record<string, () => void>> = {
    'no such file or directory': () => rmSync(real('/a')),
    'that is another file by now': () => writeFileSync(real('/a'), 'TWO'),
    'that is another file by now (mode)': () => chmodSync(real('/a'), 0o600),
    'that is another file by now (kind)': () => {
      rmSync(real('/a'))
      mkdirSync(real('/a'))
    },
  }
  for (const [why, change] of Object.entries(changes)) {
    rmSync(real('/a'), { force: true, recursive: true })
    await install(file('/a', 'one'))
    change()
    const [report] = await install(file('/b', 'one', '/a'))
    const text = `/b: it can't be a hard link to /a here, and is a file of its own: ${why.replace(/ \(.*/, '')}`
    assert.deepEqual(report?.remarks, [text])
    assert.equal(readFileSync(real('/b'), 'utf8'), 'one')
    assert.deepEqual(
      namesIn(root).filter((name) => name.startsWith('.')),
      [],
    )
  }
  rmSync(real('/a'), { recursive: true })
  await install(file('/a', 'one'))
  assert.notEqual(inode('/b'), inode('/a'))
})

test('on another file system it is a file of its own', async (t) => {
  const { file, install } = place(t, '/')
  const directory = temporaryDirectory(t)
  const [a, b] = [join(directory, 'a'), join(memory, `${basename(directory)}-b`)]
  const isElsewhere = statSync(memory, { throwIfNoEntry: false })?.dev !== statSync(directory).dev
  if (!isElsewhere) return t.skip(`${memory} is no file system of its own: this was NOT tested`)
  t.after(() => rmSync(b, { force: true }))
  await install(file(a, 'one'))
  const [report] = await install(file(b, 'one', a))
  assert.deepEqual(report?.remarks, [
    `${b}: it can't be a hard link to ${a} here, and is a file of its own: that is on another file system`,
  ])
  assert.equal(readFileSync(b, 'utf8'), 'one')
})
