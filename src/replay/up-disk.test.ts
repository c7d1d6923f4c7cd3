/** What `up` has on disk before it waits or installs, and that its plan stops where it does. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chainOf, execOf, following } from '../../test/cluster/changesets.ts'
import { Cluster, codeOf } from '../../test/sim/cluster.ts'
import { toLine } from '../journal/changeset.ts'
import type { FileOperation } from '../journal/index.ts'
import { refOfSmall } from '../store/pieces.ts'
import { plan } from './plan.ts'

function file(text: string, more: object = {}): FileOperation {
  const owner = { uid: 0, gid: 0, user: 'root', group: 'root' }
  const blob = refOfSmall(Buffer.from(text))
  return { type: 'snap', kind: 'file', path: '/conf', mode: 0o644, owner, mtimeMs: 0, parents: [], blob, ...more }
}

async function* oneChunk(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text)
}

test('what was done is on disk before up waits for a file of another host', async () => {
  const cluster = await Cluster.of(1, ['alder'])
  const host = cluster.host('alder')
  const one = following(undefined, { operations: [execOf('append', '/data/log', 'x'), file('not here')] })
  await host.daemon.branch.take([toLine(one)], 'test')
  void host.verb('up', { user: 'ann' }).catch(() => undefined)
  await cluster.clock.untilTrue(() => host.machine.read('/data/log') === 'x\n')
  // It waits for the file, in which time nothing is written any more.
  await cluster.run(200)
  host.crash('lost')
  await cluster.clock.until(host.start())
  assert.deepEqual(host.daemon.history.standing.done, { id: one.id, index: 0 })
})

test('that this host goes ahead of its place is on disk before the later file is installed', async () => {
  const cluster = await Cluster.of(1, ['alder'])
  const host = cluster.host('alder')
  const { branch, deps } = host.daemon
  for (const text of ['v1', 'v2']) await deps.store.put(oneChunk(text))
  const one = following(undefined, { operations: [file('v1', { latest: true })] })
  const two = following(one, { operations: [file('v2', { latest: true })] })
  await branch.take([one, two].map(toLine), 'test')
  const { replaceFile } = host.disk
  host.disk.replaceFile = async (path, content) => {
    if (path.endsWith('/conf/ahead')) throw Object.assign(new Error('it is not written'), { code: 'EIO' })
    return replaceFile.call(host.disk, path, content)
  }
  assert.notEqual(codeOf(await cluster.ask('alder', 'up')), 'done')
  assert.equal(host.machine.read('/conf'), undefined)
})

test('the plan stops at a split, where up does', async () => {
  const cluster = await Cluster.of(1, ['alder'])
  const { branch, history, deps } = cluster.host('alder').daemon
  const common = chainOf(['one'])
  for (const line of [common, chainOf(['left'], common[0]), chainOf(['right'], common[0])]) {
    await branch.take(line.map(toLine), 'test')
  }
  const limits = { lastNumber: Number.POSITIVE_INFINITY, countMax: Number.POSITIVE_INFINITY, reboot: false }
  const { operations, stop } = await plan({ branch, history, ...deps }, limits)
  assert.deepEqual([operations.length, stop?.reason], [branch.journal.operationCount - 1, 'split'])
})
