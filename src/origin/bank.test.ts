/** What is published on one simulated host and known on another. */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { Cluster, codeOf, type SimHost } from '../../test/sim/cluster.ts'
import { sha256Hex } from '../base/index.ts'
import { describeOperation } from '../journal/index.ts'

async function two(t: TestContext) {
  const cluster = await Cluster.of(1, ['alder', 'birch'])
  t.after(() => cluster.end())
  const [alder, birch] = [cluster.host('alder'), cluster.host('birch')]
  const type = async (...words: readonly string[]): Promise<string> => codeOf(await cluster.ask('alder', ...words))
  const noted = (): readonly string[] => alder.daemon.work.operations.map(describeOperation)
  return { cluster, alder, birch, type, noted }
}

/** The names that a host's branch publishes, with the beginning of each hash. */
async function bankOf({ daemon }: SimHost): Promise<Readonly<Record<string, string>>> {
  const files = await daemon.banks.filesOf(daemon.branch)
  return Object.fromEntries([...files.values()].map(({ name, blob }) => [name, blob.id]))
}

test('what bank add publishes is known and kept on every host after ci, and up changes nothing there', async (t) => {
  const { cluster, alder, birch, type, noted } = await two(t)
  alder.machine.write('/root/foo-1.rpm', 'foo\n')
  alder.machine.write('/root/bar-2', '')
  assert.equal(await type('bank-add', '/root/foo-1.rpm'), 'NOT_LOCKED')
  await type('lock', 'packages')
  assert.equal(await type('bank-add', '/root/foo-1.rpm', '/root/bar-2'), 'done')
  assert.deepEqual(noted(), ['bank add foo-1.rpm', 'bank add bar-2'])
  assert.deepEqual(await bankOf(alder), {})
  assert.equal(await type('ci'), 'done')
  await cluster.run(20_000)
  const published = { 'foo-1.rpm': sha256Hex('foo\n'), 'bar-2': sha256Hex('') }
  for (const host of [alder, birch]) assert.deepEqual(await bankOf(host), published)
  assert.ok(birch.daemon.deps.store.has(sha256Hex('foo\n')))
  const before = birch.machine.tree
  assert.deepEqual(codeOf(await cluster.ask('birch', 'up')), 'done')
  assert.equal(birch.machine.tree, before)
  assert.equal(birch.daemon.history.standing.done?.index, 1)
})

test('up does not wait for the file of a bank add', async (t) => {
  const { cluster, alder, birch, type } = await two(t)
  alder.machine.write('/root/foo', 'foo\n')
  await type('lock', 'packages')
  await type('bank-add', '/root/foo')
  await type('ci')
  await cluster.run(5_000)
  await birch.daemon.deps.store.drop(sha256Hex('foo\n'))
  alder.crash()
  assert.deepEqual(codeOf(await cluster.ask('birch', 'up')), 'done')
})

test('a name means one content: another is refused, the same is recorded once', async (t) => {
  const { alder, type, noted } = await two(t)
  for (const [path, content] of Object.entries({ '/a/foo': 'one', '/b/foo': 'two', '/c/foo': 'one', '/a/bar': 'x' }))
    alder.machine.write(path, content)
  await type('lock', 'packages')
  assert.equal(await type('bank-add', '/a/bar', '/a/foo', '/b/foo'), 'BANK_NAME_TAKEN')
  assert.deepEqual(noted(), [])
  assert.equal(await type('bank-add', '/a/foo', '/c/foo'), 'done')
  assert.equal(await type('bank-add', '/b/foo'), 'BANK_NAME_TAKEN')
  assert.equal(await type('bank-add', '/c/foo'), 'done')
  assert.deepEqual(noted(), ['bank add foo'])
  await type('ci')
  await type('lock', 'packages')
  assert.equal(await type('bank-add', '/b/foo'), 'BANK_NAME_TAKEN')
  assert.equal(await type('bank-add', '/a/foo'), 'done')
  assert.deepEqual(noted(), [])
})

test('bank remove frees names, all of them or none', async (t) => {
  const { cluster, alder, birch, type, noted } = await two(t)
  alder.machine.write('/a/foo', 'one')
  alder.machine.write('/b/foo', 'two')
  alder.machine.write('/a/bar', 'bar')
  await type('lock', 'packages')
  await type('bank-add', '/a/foo', '/a/bar')
  await type('ci')
  assert.equal(await type('bank-remove', 'foo'), 'NOT_LOCKED')
  await type('lock', 'packages')
  assert.equal(await type('bank-remove', 'foo', 'other'), 'NOT_IN_BANK')
  assert.deepEqual(noted(), [])
  assert.equal(await type('bank-remove', 'foo', 'bar', 'foo'), 'done')
  assert.equal(await type('bank-remove', 'foo'), 'NOT_IN_BANK')
  assert.equal(await type('bank-add', '/b/foo'), 'done')
  assert.deepEqual(noted(), ['bank remove foo', 'bank remove bar', 'bank add foo'])
  await type('ci')
  await cluster.run(5_000)
  for (const host of [alder, birch]) assert.deepEqual(await bankOf(host), { foo: sha256Hex('two') })
})

test('bank add takes regular files with a name that a URL can have', async (t) => {
  const { alder, type, noted } = await two(t)
  alder.machine.write('/a/with space', 'x')
  alder.machine.write('/a/.hidden', 'x')
  alder.machine.write('/a/good', 'x')
  alder.machine.makeDirectory('/d')
  alder.machine.link('/l', '/a/good')
  await type('lock', 'packages')
  for (const [path, code] of [
    ['/a/with space', 'USAGE'],
    ['/a/.hidden', 'USAGE'],
    ['/', 'USAGE'],
    ['/d', 'NOT_A_FILE'],
    ['/l', 'NOT_A_FILE'],
    ['/a/missing', 'NO_SUCH_FILE'],
  ] as const)
    assert.equal(await type('bank-add', '/a/good', path), code, path)
  assert.deepEqual(noted(), [])
})

test('a host knows what is published on its branch, after a fork, a migration and a restart', async (t) => {
  const { cluster, alder, birch, type } = await two(t)
  const publish = async (path: string): Promise<void> => {
    alder.machine.write(path, path)
    await type('lock', 'packages')
    assert.equal(await type('bank-add', path), 'done')
    assert.equal(await type('ci'), 'done')
    await cluster.run(5_000)
  }
  await publish('/a/common')
  assert.deepEqual(Object.keys(await bankOf(birch)), ['common'])
  assert.equal(await type('fork', 'web'), 'done')
  await publish('/a/web-only')
  assert.deepEqual(Object.keys(await bankOf(alder)), ['common', 'web-only'])
  assert.deepEqual(Object.keys(await bankOf(birch)), ['common'])
  assert.equal(codeOf(await cluster.ask('birch', 'up')), 'done')
  assert.equal(codeOf(await cluster.ask('birch', 'migrate', 'web')), 'done')
  assert.deepEqual(Object.keys(await bankOf(birch)), ['common', 'web-only'])
  birch.kill()
  await cluster.clock.until(birch.start())
  assert.deepEqual(Object.keys(await bankOf(birch)), ['common', 'web-only'])
})
