/** Replay of files that were recorded with `--latest`: M178 of the manual. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { execOf, following } from '../../test/cluster/changesets.ts'
import { Cluster, describeOutcome } from '../../test/sim/cluster.ts'
import { type BranchName, sha256Hex } from '../base/index.ts'
import { type SignedChangeset, toLine } from '../journal/changeset.ts'
import type { FileOperation, Operation } from '../journal/index.ts'

/** A host that has only these contents in its store. */
async function hostWith(changesets: readonly SignedChangeset[], ...contents: readonly string[]) {
  const cluster = await Cluster.of(1, ['alder'])
  const host = cluster.host('alder')
  const { branch, deps } = host.daemon
  for (const content of contents) await deps.store.put(oneChunk(content))
  await branch.take(changesets.map(toLine), 'test')
  const { machine } = host
  return { cluster, host, machine, branch, up: async () => describeOutcome(await cluster.ask('alder', 'up')) }
}

async function* oneChunk(content: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(content)
}

function file(path: string, content: string): FileOperation {
  const owner = { uid: 0, gid: 0, user: 'root', group: 'root' }
  const id = sha256Hex(content)
  const blob = { id, sizeBytes: content.length, pieces: sha256Hex(Buffer.from(id, 'hex')) }
  return { type: 'snap', kind: 'file', path, mode: 0o644, owner, mtimeMs: 0, parents: [], blob }
}

function latest(path: string, content: string): FileOperation {
  return { ...file(path, content), latest: true }
}

function chain(...each: readonly (readonly Operation[])[]): readonly SignedChangeset[] {
  const made: SignedChangeset[] = []
  for (const operations of each) made.push(following(made.at(-1), { operations: [...operations] }))
  return made
}

test('of a file recorded with --latest only the newest version is needed', async () => {
  const changesets = chain(
    [latest('/conf', 'v1')],
    [latest('/conf', 'v2'), latest('/conf', 'v3')],
    [latest('/conf', 'v4')],
  )
  const { machine, up } = await hostWith(changesets, 'v4')
  assert.equal(await up(), 'did 4, now at 4')
  assert.equal(machine.read('/conf'), 'v4')
})

test('the newest version is there for what comes after the first', async () => {
  const seen = execOf('append', '/data/log', 'x')
  const changesets = chain([latest('/conf', 'v1'), seen, execOf('fail', '1')], [latest('/conf', 'v2')])
  const { machine, up } = await hostWith(changesets, 'v2')
  assert.match(await up(), /^OPERATION_FAILED: .*\(exec fail 1\)/)
  assert.equal(machine.read('/conf'), 'v2')
})

test('the order with versions that do count, and with a removal, is kept', async () => {
  const log = (text: string) => execOf('append', '/data/log', text)
  const plain = chain([latest('/a', 'v1'), file('/a', 'v2')], [log('x')], [latest('/a', 'v3')])
  const first = await hostWith(plain, 'v2', 'v3')
  assert.equal(await first.up(), 'did 4, now at 4')
  assert.equal(first.machine.read('/a'), 'v3')
  const ended = chain([latest('/a', 'v1')], [latest('/a', 'v2')], [file('/a', 'plain')])
  const second = await hostWith(ended, 'v2', 'plain')
  assert.equal(await second.up(), 'did 3, now at 3')
  assert.equal(second.machine.read('/a'), 'plain')
  const removed = chain([latest('/a', 'v1')], [latest('/a', 'v2')], [{ type: 'snap', kind: 'removal', path: '/a' }])
  const third = await hostWith(removed, 'v2')
  assert.equal(await third.up(), 'did 3, now at 3')
  assert.equal(third.machine.read('/a'), undefined)
})

test('other paths, and versions without --latest, are not passed over', async () => {
  const changesets = chain(
    [latest('/a', 'a1'), latest('/b', 'b1'), file('/c', 'c1')],
    [latest('/a', 'a2'), file('/c', 'c2')],
  )
  const { machine, up } = await hostWith(changesets, 'a2', 'b1', 'c1', 'c2')
  assert.equal(await up(), 'did 5, now at 5')
  assert.deepEqual(
    ['/a', '/b', '/c'].map((path) => machine.read(path)),
    ['a2', 'b1', 'c2'],
  )
})

test('a host that is level installs what arrives, and a newer one that arrives later', async () => {
  const changesets = chain([latest('/a', 'v1')], [latest('/a', 'v2')], [latest('/a', 'v3')])
  const { machine, branch, up } = await hostWith(changesets.slice(0, 1), 'v1', 'v3')
  assert.equal(await up(), 'did 1, now at 1')
  assert.equal(machine.read('/a'), 'v1')
  await branch.take(changesets.slice(1).map(toLine), 'test')
  assert.equal(await up(), 'did 2, now at 3')
  assert.equal(machine.read('/a'), 'v3')
})

test('the newest version beyond a split is not installed', async () => {
  const common = chain([latest('/a', 'v1')], [latest('/a', 'v2')])
  const left = following(common[1], { operations: [latest('/a', 'left')] })
  const right = following(common[1], { operations: [latest('/a', 'right')] })
  const { machine, branch, up } = await hostWith([...common, left], 'v2', 'left', 'right')
  await branch.take([right].map(toLine), 'test')
  assert.match(await up(), /^SPLIT: /)
  assert.equal(machine.read('/a'), 'v2')
})

test('what is installed in place of an older version is told', async () => {
  const changesets = chain([latest('/a', 'v1'), latest('/a', 'v2')], [latest('/a', 'v3')])
  const { host } = await hostWith(changesets, 'v3')
  const told = await host.told('up', { user: 'ann' })
  const by = `installing the newest version, ${changesets[1]?.id.slice(0, 12)}:0`
  const operation = (number: number, id: string | undefined, index: number): string =>
    `${number}/3 ${id?.slice(0, 12)}:${index} snap --latest /a`
  assert.deepEqual(told, [
    operation(1, changesets[0]?.id, 0),
    by,
    operation(2, changesets[0]?.id, 1),
    by,
    operation(3, changesets[1]?.id, 0),
  ])
})

test('a host that has a version of the line that loses a split has gone on along that line', async () => {
  const [common] = chain([latest('/a', 'v1'), execOf('fail', '1')])
  const left = following(common, { operations: [latest('/a', 'left')] })
  const right = following(common, { operations: [execOf('true')] })
  const { cluster, host, machine, branch, up } = await hostWith([common as SignedChangeset, left], 'left')
  assert.match(await up(), /^OPERATION_FAILED: /)
  assert.equal(machine.read('/a'), 'left')
  await branch.take([right].map(toLine), 'test')
  host.crash('lost')
  await cluster.clock.until(host.start())
  assert.equal((await cluster.ask('alder', 'resolve', right.id)).type, 'done')
  const { name, journal } = host.daemon.branch
  assert.deepEqual([name === 'generic', journal.head], [false, left.id])
})

test('up --to an operation installs nothing of a version that comes after it', async () => {
  const changesets = chain([latest('/a', 'v1'), latest('/a', 'v2')], [latest('/a', 'v3')])
  const { cluster, host, machine, up } = await hostWith(changesets, 'v2', 'v3')
  const to = `${changesets[0]?.id.slice(0, 12)}:1`
  assert.equal((await cluster.clock.until(host.verb('up', { user: 'ann', to }))).type, 'done')
  assert.equal(machine.read('/a'), 'v2')
  assert.equal(await up(), 'did 1, now at 3')
  assert.equal(machine.read('/a'), 'v3')
})

test('a host does not migrate to a branch without the version that it has already', async () => {
  const [common] = chain([latest('/a', 'v1'), execOf('fail', '1')])
  const next = following(common, { operations: [latest('/a', 'v2')] })
  const { cluster, host, up } = await hostWith([common as SignedChangeset, next], 'v2')
  assert.match(await up(), /^OPERATION_FAILED: /)
  const mail = await host.daemon.branches.obtain('mail' as BranchName)
  await mail.take([toLine(common as SignedChangeset)], 'test')
  const said = describeOutcome(await cluster.ask('alder', 'migrate', 'mail'))
  assert.match(
    said,
    new RegExp(`^NOT_A_SUPERSET: .* it has done already as changeset ${next.id.slice(0, 12)} of generic`),
  )
  await mail.take([toLine(next)], 'test')
  assert.equal((await cluster.ask('alder', 'migrate', 'mail')).type, 'done')
})
