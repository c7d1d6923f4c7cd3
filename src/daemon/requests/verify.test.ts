/** What a host is compared with, and what is put back, on simulated hosts. */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { twoHosts } from '../../../test/support/asked.ts'
import type { DiffAnswer, DiffPath, RestoreAnswer, UnlikePath, VerifyAnswer } from '../../control/index.ts'
import { diffRequest } from './diff.ts'
import { restoreRequest } from './restore.ts'
import { verifyRequest } from './verify.ts'

async function compared(t: TestContext) {
  const hosts = await twoHosts(t)
  const { alder, birch, cluster, ask } = hosts
  const verified = async (path?: string, host = alder): Promise<readonly string[]> =>
    linesOf((await ask<VerifyAnswer>(host, verifyRequest, { cwd: '/', path })).result.unlike)
  const restored = async (path: string, host = alder): Promise<readonly string[]> =>
    linesOf((await ask<RestoreAnswer>(host, restoreRequest, { user: 'ann', cwd: '/', path })).result.restored)
  const differing = async (body: object = {}, host = alder) => {
    const { result, output } = await ask<DiffAnswer>(host, diffRequest, { cwd: '/', ...body })
    const paths = output
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as DiffPath)
    assert.equal(result.differing, paths.length)
    const content = paths.map(({ path, content }) => `${path} ${decoded(content?.from)} -> ${decoded(content?.to)}`)
    return { ...result, paths, content }
  }
  const upOn = async (name: string): Promise<void> => {
    assert.equal((await cluster.ask(name, 'up')).type, 'done')
  }
  return { ...hosts, birch, verified, restored, differing, upOn }
}

function linesOf(unlike: readonly UnlikePath[]): readonly string[] {
  return unlike.map(({ path, differences }) => `${path} ${differences.map(({ what }) => what).join(' ')}`)
}

function decoded(text: string | null | undefined): string {
  return text === null || text === undefined ? '-' : JSON.stringify(Buffer.from(text, 'base64').toString())
}

test('verify finds what is changed, missing, of another mode, or back, and restore puts it right', async (t) => {
  const { alder, checkIn, verified, restored } = await compared(t)
  const { machine } = alder
  machine.makeDirectory('/t', 0o750)
  for (const path of ['/t/a', '/t/b', '/t/gone', '/t/mode', '/u']) machine.write(path, 'as recorded\n', 0o640)
  machine.link('/t/link', 'a')
  await checkIn('snap /t /u', 'snap --delete /t/gone')
  assert.deepEqual(await verified(), [])
  machine.write('/t/a', 'by hand\n', 0o640)
  machine.write('/t/mode', 'as recorded\n', 0o666)
  machine.write('/t/gone', 'again\n')
  machine.write('/t/own', 'nobody recorded it\n')
  machine.link('/t/link', 'b')
  machine.write('/u', 'by hand\n', 0o600)
  await machine.remove('/t/b')
  const ofTree = ['/t/a content', '/t/b missing', '/t/gone present', '/t/link target', '/t/mode mode']
  assert.deepEqual(await verified(), [...ofTree, '/u content mode'])
  assert.deepEqual(await verified('t'), ofTree)
  assert.deepEqual(await verified('/t/b'), ['/t/b missing'])
  await assert.rejects(verified('/t/own'), { code: 'NO_SUCH_FILE' })
  assert.deepEqual(await restored('/t'), ofTree)
  assert.deepEqual(await verified(), ['/u content mode'])
  assert.equal(machine.read('/t/own'), 'nobody recorded it\n')
  assert.deepEqual(await restored('/u'), ['/u content mode'])
  assert.deepEqual(await restored('/u'), [])
})

test('a host is compared with what it has done, not with what it has yet to do', async (t) => {
  const { alder, birch, checkIn, verified, restored, upOn } = await compared(t)
  alder.machine.write('/f', 'first\n')
  await checkIn('snap /f')
  await assert.rejects(verified('/f', birch), { code: 'NO_SUCH_FILE' })
  assert.deepEqual(await verified(undefined, birch), [])
  await upOn('birch')
  alder.machine.write('/f', 'second\n')
  await checkIn('snap /f')
  assert.deepEqual(await verified('/f', birch), [])
  birch.machine.write('/f', 'by hand\n')
  assert.deepEqual(await restored('/f', birch), ['/f content'])
  assert.equal(birch.machine.read('/f'), 'first\n')
})

test('work that is not checked in counts on the host where it was done', async (t) => {
  const { alder, cluster, checkIn, verified, differing } = await compared(t)
  alder.machine.write('/f', 'first\n')
  await checkIn('snap /f')
  await cluster.ask('alder', 'lock', 'more')
  alder.machine.write('/f', 'second\n')
  assert.deepEqual(await verified('/f'), ['/f content'])
  await cluster.ask('alder', 'snap', '/f')
  assert.deepEqual(await verified('/f'), [])
  alder.machine.write('/f', 'third\n')
  const { paths, content } = await differing()
  assert.deepEqual([content, paths[0]?.from], [['/f "second\\n" -> "third\\n"'], null])
})

test('a newer version of a file recorded with --latest is as it should be, and an older one is not', async (t) => {
  const { alder, birch, cluster, checkIn, verified, restored } = await compared(t)
  for (const content of ['first\n', 'second\n']) {
    alder.machine.write('/f', content)
    await checkIn('snap --latest /f', 'exec append /log x')
  }
  assert.equal((await cluster.ask('birch', 'up', '--step')).type, 'done')
  assert.equal(birch.machine.read('/f'), 'second\n')
  assert.deepEqual(await verified('/f', birch), [])
  birch.machine.write('/f', 'by hand\n')
  assert.deepEqual(await restored('/f', birch), ['/f content'])
  assert.equal(birch.machine.read('/f'), 'second\n')
})

test('diff compares two places of a journal, two branches, and either with the machine', async (t) => {
  const { alder, cluster, checkIn, differing } = await compared(t)
  const ids: string[] = []
  const change = async (...commands: string[]): Promise<void> => {
    await checkIn(...commands)
    ids.push(alder.daemon.branch.journal.head)
  }
  alder.machine.write('/t/a', 'one\n')
  alder.machine.write('/t/b', 'same\n')
  await change('snap /t/a /t/b')
  alder.machine.write('/t/a', 'two\n', 0o600)
  alder.machine.write('/t/new', 'new\n')
  await change('snap /t/a /t/new', 'snap --delete /t/b')
  const [first = '', second = ''] = ids
  const two = await differing({ from: first, to: second })
  assert.deepEqual(two.content, ['/t/a "one\\n" -> "two\\n"', '/t/b "same\\n" -> -', '/t/new - -> "new\\n"'])
  assert.deepEqual(two.paths[0]?.differences.at(-1), { what: 'mode', recorded: '0644', found: '0600' })
  assert.deepEqual((await differing({ from: first, to: second, path: '/t/b' })).content, ['/t/b "same\\n" -> -'])
  assert.deepEqual((await differing({ from: `${first}:0`, to: first })).content, ['/t/b - -> "same\\n"'])
  assert.deepEqual((await differing()).content, [])
  // Against the machine a changeset is compared in what it is about.
  assert.deepEqual((await differing({ from: `${first}:1` })).content, ['/t/b "same\\n" -> -'])
  assert.deepEqual((await differing({ from: second })).content, [])
  alder.machine.write('/t/b', 'back\n')
  assert.deepEqual((await differing({ from: second })).content, ['/t/b - -> "back\\n"'])
  assert.deepEqual((await differing({ from: `${second}:0` })).content, [])
  await cluster.ask('alder', 'fork', 'web')
  alder.machine.write('/t/web', 'web\n')
  await change('snap /t/web')
  const branches = await differing({ from: 'generic', to: 'web' })
  assert.deepEqual(
    [branches.content, branches.from, branches.to],
    [['/t/web - -> "web\\n"'], 'branch generic', 'branch web'],
  )
  await assert.rejects(differing({ from: 'nowhere' }), { code: 'NO_SUCH_OPERATION' })
})

test('a host that lacks a file gets it to show or restore it, and says what it can not show', async (t) => {
  const { alder, birch, checkIn, differing } = await compared(t)
  alder.machine.write('/f', 'first\n')
  alder.machine.write('/large', 'x'.repeat(1024 * 1024 + 1))
  await checkIn('snap /f /large')
  const { content, paths } = await differing({ from: 'generic' }, birch)
  assert.deepEqual(content, ['/f "first\\n" -> -', '/large - -> -'])
  assert.equal(paths[1]?.why, 'a file of 1048577 bytes, more than are compared line by line')
})
