/** What the history tells of operations that were passed over, were not recorded, or have stopped a host. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { user } from '../../../test/sim/cluster-host.ts'
import { twoHosts } from '../../../test/support/asked.ts'
import { answerSchemas } from '../../control/answers/index.ts'
import type { HistoryRow } from '../../control/index.ts'
import { historyRequest } from './history.ts'

test('the history tells of an operation that was interrupted and done again when it was begun each time', async (t) => {
  const { alder, birch, cluster, checkIn, ask } = await twoHosts(t)
  await checkIn('exec append /log x')
  const id = alder.daemon.branch.journal.head
  await birch.daemon.history.add([{ event: 'started', operation: { id, index: 0 } }])
  await cluster.run(60_000)
  assert.equal((await cluster.ask('birch', 'up')).type, 'done')
  const { result } = await ask<readonly HistoryRow[]>(birch, historyRequest, {})
  const [done, interrupted] = result
  assert.deepEqual([done?.event, interrupted?.event, result.length], ['finished', 'started', 2])
  assert.ok((done?.tookMs ?? Number.NaN) < 60_000, `${done?.tookMs} ms, from its last beginning`)
})

test('the history tells by what an operation was void, and who ran what was not recorded', async (t) => {
  const { alder, birch, cluster, checkIn, ask } = await twoHosts(t)
  const rows = async (host: typeof alder): Promise<readonly HistoryRow[]> =>
    answerSchemas.history.parse((await ask(host, historyRequest, {})).result)
  await checkIn('exec append /log x', 'exec append /log y')
  const operation = `${alder.daemon.branch.journal.head}:0`
  birch.machine.broken = true
  assert.notEqual((await cluster.ask('birch', 'up')).type, 'done')
  for (const words of [['lock', 'not meant'], ['void', operation, 'it was none'], ['ci']])
    assert.equal((await cluster.ask('alder', ...words)).type, 'done')
  const by = `${alder.daemon.branch.journal.head.slice(0, 12)}:0`
  birch.machine.broken = false
  assert.equal((await cluster.ask('birch', 'up')).type, 'done')
  const passed = (await rows(birch)).filter(({ event }) => event === 'passedOver')
  assert.deepEqual(
    passed.map(({ void: made }) => made),
    [{ by, begun: false }],
  )
  await cluster.ask('alder', 'lock', 'because')
  alder.machine.broken = true
  assert.equal((await cluster.ask('alder', 'exec', 'append', '/log', 'z')).type, 'failed')
  const unrecorded = (await rows(alder)).find(({ event }) => event === 'unrecorded')
  assert.equal(unrecorded?.decided?.by, `${user}@alder`)
})
