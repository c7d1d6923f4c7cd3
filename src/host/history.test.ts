import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SimClock } from '../../test/sim/clock.ts'
import { SimDisk } from '../../test/sim/disk.ts'
import { seededRandom } from '../../test/sim/random.ts'
import { failure } from '../../test/support/files.ts'
import type { ChangesetId, IsconfError } from '../base/index.ts'
import { History } from './history.ts'
import type { HistoryEvent, OperationRef } from './history-entry.ts'

const path = '/history'
const id = 'ab'.repeat(32) as ChangesetId
const at = (index: number): OperationRef => ({ id, index })
const finished = (index: number, status = 0): HistoryEvent => ({
  event: 'finished',
  operation: at(index),
  status,
  output: '',
})

async function opened(disk = new SimDisk(seededRandom(1))) {
  const clock = new SimClock()
  return { disk, clock, history: await History.open(disk, path, clock) }
}

async function textOf(disk: SimDisk): Promise<string> {
  return Buffer.from((await disk.readFile(path)) ?? []).toString()
}

test('a new History stands nowhere', async () => {
  const { history } = await opened()
  assert.deepEqual(history.standing, { done: undefined, stopped: undefined, rebooting: undefined })
})

const standings: readonly (readonly [string, readonly HistoryEvent[], OperationRef | undefined, string | undefined])[] =
  [
    ['one begun', [{ event: 'started', operation: at(0) }], undefined, 'it was interrupted'],
    ['one done', [{ event: 'started', operation: at(0) }, finished(0)], at(0), undefined],
    ['one done and one begun', [finished(0), { event: 'started', operation: at(1) }], at(0), 'it was interrupted'],
    ['one done and one that ended badly', [finished(0), finished(1, 137)], at(0), 'it ended with exit status 137'],
    [
      'one that failed',
      [{ event: 'failed', operation: at(0), reason: 'no such command' }],
      undefined,
      'no such command',
    ],
    [
      'one that failed and was done',
      [finished(0, 1), { event: 'started', operation: at(0) }, finished(0)],
      at(0),
      undefined,
    ],
    ['one made here', [{ event: 'made', operation: at(4) }], at(4), undefined],
  ]

for (const [what, events, done, reason] of standings) {
  test(`History with ${what} stands where it should, also when it is opened again`, async () => {
    const { disk, history } = await opened()
    await history.add(events)
    const expected = { done, reason }
    assert.deepEqual({ done: history.standing.done, reason: history.standing.stopped?.reason }, expected)
    await history.close()
    const again = (await opened(disk)).history
    assert.deepEqual(again.standing, history.standing)
  })
}

test('History.add() makes all events of a call durable by one write, with the time for people', async () => {
  const { disk, history } = await opened()
  const { writes, syncs } = disk
  await history.add([finished(0), { event: 'started', operation: at(1) }])
  assert.deepEqual([disk.writes - writes, disk.syncs - syncs], [1, 1])
  const time = '2030-01-01T00:00:00.000Z'
  assert.equal(
    await textOf(disk),
    `{"event":"finished","operation":"${id}:0","status":0,"output":"","time":"${time}"}\n` +
      `{"event":"started","operation":"${id}:1","time":"${time}"}\n`,
  )
})

test('History.add() that fails changes nothing', async () => {
  const { disk, history } = await opened()
  await history.add([finished(0)])
  disk.full = true
  await assert.rejects(history.add([finished(1)]), failure('DISK_FULL'))
  assert.deepEqual(history.standing.done, at(0))
})

test('History.open() drops a torn end and says how much that was', async () => {
  const { disk, history } = await opened()
  await history.add([finished(0)])
  await history.close()
  const whole = await textOf(disk)
  await disk.replaceFile(path, `${whole}{"event":"sta`)
  const again = (await opened(disk)).history
  assert.equal(again.droppedBytes, 13)
  assert.deepEqual(again.standing.done, at(0))
  assert.equal(await textOf(disk), whole)
})

const badLines = {
  'is no JSON': '{',
  'is empty': '',
  'has no operation': '{"event":"made","time":""}',
  'has an operation that is none': '{"event":"made","operation":"abc:0","time":""}',
}

test('History.open() reads an entry with a member that it does not know, and names an event that it does not', async () => {
  const { disk, history } = await opened()
  await history.close()
  await disk.replaceFile(path, `{"event":"made","operation":"${id}:0","time":"","x":1}\n`)
  assert.deepEqual((await opened(disk)).history.standing.done, at(0))
  await disk.replaceFile(path, `{"event":"danced","operation":"${id}:0","time":""}\n`)
  const message = /^\/history: line 1 has "danced", which only a later release writes$/
  await assert.rejects(opened(disk), failure('NEWER_RELEASE', message))
})

for (const [how, line] of Object.entries(badLines)) {
  test(`History.open() with a last line that ${how} is STATE_DAMAGED and names the line`, async () => {
    const { disk, history } = await opened()
    await history.add([finished(0)])
    await history.close()
    await disk.replaceFile(path, `${await textOf(disk)}${line}\n`)
    await assert.rejects(opened(disk), failure('STATE_DAMAGED', /^\/history: line 2 is not an entry of the history$/))
  })
}

test('History.entriesFromEnd() gives what is newer than a bad line, and says then that a start goes by that, too', async () => {
  const { disk, history: before } = await opened()
  await before.add([finished(0)])
  await before.close()
  await disk.replaceFile(path, `X\n${await textOf(disk)}`)
  const { history } = await opened(disk)
  assert.deepEqual(history.standing.done, at(0))
  const entries = history.entriesFromEnd()
  assert.equal((await entries.next()).value?.event, 'finished')
  await assert.rejects(entries.next(), ({ hint }: IsconfError) => /isconf history -n COUNT.*only if/.test(hint))
})

test('History.entriesFromEnd() gives everything that happened, the last first', async () => {
  const { history } = await opened()
  await history.add([{ event: 'started', operation: at(0) }, finished(0)])
  await history.add([{ event: 'dropped', operations: 2, by: 'ann@alder' }])
  const found: string[] = []
  for await (const entry of history.entriesFromEnd()) found.push(entry.event)
  assert.deepEqual(found, ['dropped', 'finished', 'started'])
})

test('work that was dropped does not change where a host stands', async () => {
  const { disk, history } = await opened()
  await history.add([finished(0)])
  await history.add([{ event: 'dropped', operations: 2, by: 'ann@alder' }])
  assert.deepEqual(history.standing.done, at(0))
  await history.close()
  assert.deepEqual((await opened(disk)).history.standing, history.standing)
})

test('an image keeps what tells that an operation was not done, and where its host stood', async () => {
  for (const last of [{ event: 'passedOver', operation: at(3), by: at(9), begun: false } as const, finished(3)]) {
    const { disk, clock, history } = await opened()
    await history.add([
      ...[finished(0), { event: 'passedOver', operation: at(1), by: at(9), begun: false } as const],
      ...[{ event: 'skipped', operation: at(2), by: 'ann@alder', why: 'no disk' } as const, last],
    ])
    await history.close()
    await History.forget(disk, path, clock)
    const made = await History.open(disk, path, clock)
    assert.deepEqual(made.standing.done, at(3))
    const done = await Promise.all([0, 1, 2, 3].map((index) => made.hasDone(at(index))))
    assert.deepEqual(done, [true, false, false, last.event === 'finished'])
  }
})
