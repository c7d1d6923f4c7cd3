/** What was begun on a host, interrupted, and void when the host comes to it again. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { execOf, following } from '../../test/cluster/changesets.ts'
import { Cluster, describeOutcome } from '../../test/sim/cluster.ts'
import type { SimHost } from '../../test/sim/cluster-host.ts'
import { type SignedChangeset, toLine } from '../journal/changeset.ts'

const bad = following(undefined, {
  operations: [execOf('append', '/log', '1'), execOf('slow', '5000', '/log', '2'), execOf('append', '/log', '3')],
})
const voiding = (index: number): SignedChangeset =>
  following(bad, { operations: [{ type: 'void', operation: `${bad.id}:${index}`, why: 'a slip' }] })

/** A host whose power failed in the second operation, and that has heard since that one of them is void. */
async function interruptedIn(index: number): Promise<{ cluster: Cluster; host: SimHost; remarks: string[] }> {
  const cluster = await Cluster.of(1, ['alder'])
  const host = cluster.host('alder')
  await host.daemon.branch.take([toLine(bad)], 'test')
  void cluster.ask('alder', 'up')
  await cluster.run(1_000)
  host.crash('kept')
  await cluster.clock.until(host.start())
  await host.daemon.branch.take([toLine(voiding(index))], 'test')
  assert.equal(describeOutcome(await cluster.ask('alder', 'up')), 'did 2, now at 4')
  const remarks: string[] = []
  for await (const entry of host.daemon.history.entriesFromEnd())
    if (entry.event === 'passedOver') remarks.push(`${entry.operation.slice(-1)} ${entry.begun ?? false}`)
  return { cluster, host, remarks }
}

test('a command that was interrupted before it became void may have been done, and the host says that it differs', async () => {
  const { cluster, host, remarks } = await interruptedIn(1)
  assert.deepEqual(remarks, ['1 true'])
  assert.deepEqual(
    host.daemon.deviations.all.map(({ kind, operation }) => [kind, operation]),
    [['did-void', `${bad.id}:1`]],
  )
  cluster.end()
})

test('what was not begun before it became void is no difference', async () => {
  const { cluster, host, remarks } = await interruptedIn(2)
  assert.deepEqual([remarks, host.daemon.deviations.all], [['2 false'], []])
  cluster.end()
})
