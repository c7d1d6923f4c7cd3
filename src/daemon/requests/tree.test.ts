/** What a branch has of a tree, on simulated hosts. */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { twoHosts } from '../../../test/support/asked.ts'
import { toIsconfError } from '../../base/index.ts'
import type { BlameRow, TreeAnswer, TreeEntry } from '../../control/index.ts'
import { blameRequest } from './blame.ts'
import { blobRequest } from './blob.ts'
import type { Request } from './shared/request.ts'
import { treeRequest } from './tree.ts'

async function two(t: TestContext) {
  const hosts = await twoHosts(t)
  const { birch, ask } = hosts
  const treeOf = async (path: string, branch?: string): Promise<readonly TreeEntry[]> => {
    const { result, output } = await ask<TreeAnswer>(birch, treeRequest, { path, branch })
    const entries = output
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as TreeEntry)
    assert.equal(result.entries, entries.length)
    return entries
  }
  const shown = async (path: string, branch?: string): Promise<readonly string[]> =>
    (await treeOf(path, branch)).map((entry) => `${entry.path} ${entry.kind}`)
  return { ...hosts, treeOf, shown }
}

test('a tree is told as the newest operations have it, on a host that has done none of them', async (t) => {
  const { alder, birch, checkIn, treeOf, shown, ask } = await two(t)
  alder.machine.makeDirectory('/t', 0o750)
  for (const path of ['/t/a', '/t/b', '/t/sub/c', '/tx/other']) alder.machine.write(path, 'first\n', 0o640)
  alder.machine.link('/t/link', 'a')
  await checkIn('snap /t /tx/other')
  assert.deepEqual(await shown('/t'), ['/t directory', '/t/a file', '/t/b file', '/t/link symlink', '/t/sub/c file'])
  alder.machine.write('/t/a', 'second\n', 0o600)
  await checkIn('snap /t/a', 'snap --delete /t/b', 'snap --delete /t/sub')
  const entries = await treeOf('/t')
  assert.deepEqual(
    entries.map(({ path }) => path),
    ['/t', '/t/a', '/t/link'],
  )
  const [top, a, link] = entries
  assert.ok(top?.kind === 'directory' && a?.kind === 'file' && link?.kind === 'symlink')
  assert.deepEqual([top.mode, a.mode, a.sizeBytes, link.target], [0o750, 0o600, 7, 'a'])
  assert.equal((await ask(birch, blobRequest, { operation: a.operation })).output, 'second\n')
  assert.equal(birch.daemon.history.standing.done, undefined)
})

test('what was below something that was removed, or became a file or a link, is gone with it', async (t) => {
  const { alder, checkIn, shown } = await two(t)
  for (const path of ['/t/x/one', '/t/y/one', '/t/z/one', '/t/w']) alder.machine.write(path, '1')
  await checkIn('snap /t/x/one /t/y/one /t/z/one /t/w')
  await checkIn('snap --delete /t/x', 'snap --delete /t/y', 'snap --delete /t/z')
  alder.machine.write('/t/x/two', '2')
  alder.machine.write('/t/y', 'a file now')
  alder.machine.link('/t/z', 'w')
  await checkIn('snap /t/x/two /t/y /t/z')
  assert.deepEqual(await shown('/t'), ['/t/w file', '/t/x/two file', '/t/y file', '/t/z symlink'])
  await checkIn('snap --delete /t')
  await assert.rejects(shown('/t'), { code: 'NO_SUCH_FILE' })
  await assert.rejects(shown('/t/x'), { code: 'NO_SUCH_FILE' })
  alder.machine.write('/t/new', '3')
  await checkIn('snap /t/new')
  assert.deepEqual(await shown('/'), ['/t/new file'])
})

test('a directory that was removed and made anew has only what was put there since', async (t) => {
  const { alder, checkIn, shown } = await two(t)
  const makeDirectories = (): void => {
    for (const path of ['/t', '/t/d']) alder.machine.makeDirectory(path, 0o755)
  }
  makeDirectories()
  for (const path of ['/t/d/old', '/t/d/kept']) alder.machine.write(path, '1')
  await checkIn('snap /t')
  await checkIn('snap --delete /t')
  makeDirectories()
  alder.machine.write('/t/d/kept', '2')
  await checkIn('snap /t')
  assert.deepEqual(await shown('/t'), ['/t directory', '/t/d directory', '/t/d/kept file'])
})

test('a tree of another branch is told by its name', async (t) => {
  const { cluster, alder, checkIn, shown } = await two(t)
  alder.machine.write('/t/common', '1')
  await checkIn('snap /t/common')
  await cluster.ask('alder', 'fork', 'web')
  alder.machine.write('/t/web', '1')
  await checkIn('snap /t/web')
  assert.deepEqual(await shown('/t'), ['/t/common file'])
  assert.deepEqual(await shown('/t', 'web'), ['/t/common file', '/t/web file'])
  await assert.rejects(shown('/t', 'mail'), { code: 'NO_SUCH_BRANCH' })
})

test('only what an operation carries is given, and a path has to be whole', async (t) => {
  const { alder, birch, checkIn, ask } = await two(t)
  alder.machine.write('/pkg', 'package\n')
  await checkIn('exec append /data/log x', 'bank-add /pkg')
  const id = alder.daemon.branch.journal.head
  const failing = async (request: Request, body: object): Promise<string> => {
    const failure = await ask(birch, request, body).catch((thrown: unknown) => thrown)
    return toIsconfError(failure).code
  }
  assert.equal(await failing(blobRequest, { operation: `${id}:0` }), 'NOT_A_FILE')
  assert.equal((await ask(birch, blobRequest, { operation: `${id}:1` })).output, 'package\n')
  assert.equal(await failing(blobRequest, { operation: `${id}:2` }), 'NO_SUCH_OPERATION')
  assert.equal(await failing(blobRequest, { operation: 'f'.repeat(64) }), 'NO_SUCH_OPERATION')
  for (const path of ['', 't', '/t/', '/t/../x', '//t'])
    assert.equal(await failing(treeRequest, { path }), 'BAD_REQUEST', path)
})

test('who put what is there comes from the newest operations that are not void', async (t) => {
  const { alder, birch, checkIn, ask } = await two(t)
  const blamed = async (path: string): Promise<readonly string[]> => {
    const { result } = await ask<readonly BlameRow[]>(birch, blameRequest, { cwd: '/', path })
    return result.map(({ path, kind, author, message }) => `${path} ${kind} ${author} ${message}`)
  }
  alder.machine.makeDirectory('/t')
  for (const path of ['/t/a', '/t/b', '/t/sub/c']) alder.machine.write(path, 'first\n')
  await checkIn('snap /t')
  assert.deepEqual(await blamed('t/sub'), ['/t/sub/c file ann@alder because'])
  await checkIn('snap --delete /t/sub')
  assert.deepEqual(await blamed('/t'), [
    '/t directory ann@alder because',
    '/t/a file ann@alder because',
    '/t/b file ann@alder because',
  ])
  await assert.rejects(blamed('/t/sub/c'), { code: 'NO_SUCH_FILE' })
})
