/** Taking operations out of the work in progress on a simulated host. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Cluster, codeOf } from '../../../test/sim/cluster.ts'
import type { UndoAnswer } from '../../control/index.ts'
import { describeOperation } from '../../journal/index.ts'

async function lockedHost() {
  const cluster = await Cluster.of(1, ['alder'])
  const host = cluster.host('alder')
  const type = async (...words: readonly string[]): Promise<string> => codeOf(await cluster.ask('alder', ...words))
  const undo = async (...words: readonly string[]): Promise<UndoAnswer> => {
    const outcome = await cluster.ask('alder', 'wip-undo', ...words)
    assert.equal(outcome.type, 'done')
    return (outcome as { result: UndoAnswer }).result
  }
  const noted = (): readonly string[] => host.daemon.work.operations.map(describeOperation)
  await type('lock', 'because')
  return { cluster, host, machine: host.machine, type, undo, noted }
}

test('wip undo takes the newest operation out and leaves the disk alone', async () => {
  const { machine, type, undo, noted } = await lockedHost()
  for (const path of ['/a', '/b']) machine.write(path, path)
  await type('snap', '/a', '/b')
  const before = machine.tree
  assert.deepEqual(await undo(), { undone: [{ text: 'snap /b', effect: 'stays' }], stoppedAt: null, left: 1 })
  assert.deepEqual([noted(), machine.tree], [['snap /a'], before])
  assert.deepEqual(await undo('5'), { undone: [{ text: 'snap /a', effect: 'stays' }], stoppedAt: null, left: 0 })
  assert.deepEqual(await undo(), { undone: [], stoppedAt: null, left: 0 })
  assert.equal(await type('ci'), 'done')
})

test('it stops at a command and says which', async () => {
  const { machine, type, undo, noted } = await lockedHost()
  machine.write('/a', 'a')
  await type('snap', '/a')
  await type('exec', 'append', '/log', 'x')
  await type('snap', '--delete', '/a')
  const undone = [{ text: 'snap --delete /a', effect: 'gone' }]
  assert.deepEqual(await undo('3'), { undone, stoppedAt: 'exec append /log x', left: 2 })
  assert.deepEqual(await undo('3'), { undone: [], stoppedAt: 'exec append /log x', left: 2 })
  assert.deepEqual(noted(), ['snap /a', 'exec append /log x'])
})

test('--restore puts back what the journal, or the rest of the work, has there', async () => {
  const { machine, type, undo } = await lockedHost()
  machine.write('/a', 'one', 0o600)
  machine.makeDirectory('/d')
  machine.write('/d/file', 'f')
  await type('snap', '/a', '/d')
  await type('ci')
  const checkedIn = machine.tree
  await type('lock', 'again')
  machine.write('/a', 'two')
  await type('snap', '/a')
  machine.write('/a', 'three')
  machine.write('/d/new', 'n')
  machine.write('/other', 'o')
  await type('snap', '/a', '/d', '/other')
  await type('snap', '--delete', '/d')
  const { undone, left } = await undo('5', '--restore')
  assert.deepEqual(
    undone.map(({ text, effect }) => `${text}: ${effect}`),
    [
      'snap --delete /d: restored',
      'snap /other: stays',
      'snap /d/: restored',
      'snap /d/new: restored',
      'snap /d/file: restored',
    ],
  )
  assert.deepEqual([left, machine.read('/a'), machine.read('/d/new')], [2, 'three', undefined])
  await undo('1', '--restore')
  assert.equal(machine.read('/a'), 'two')
  await undo('1', '--restore')
  await type('exec', 'append', '/log', 'x')
  assert.equal(
    machine.tree
      .split('\n')
      .filter((line) => !/^\/(log|other)/.test(line))
      .join('\n'),
    checkedIn,
  )
})

test('what was published, and a reboot that has come, leave nothing behind', async () => {
  const { cluster, host, machine, type, undo } = await lockedHost()
  machine.write('/file', '1')
  await type('bank-add', '/file')
  await type('reboot')
  assert.equal(await type('wip-undo'), 'REBOOT_PENDING')
  host.machine.bootAgain()
  assert.deepEqual(
    (await undo('9')).undone.map(({ effect }) => effect),
    ['none', 'none'],
  )
  cluster.end()
})

test('only the holder of the lock takes anything back', async () => {
  const { cluster, host, machine } = await lockedHost()
  machine.write('/a', 'a')
  await cluster.ask('alder', 'snap', '/a')
  assert.equal(codeOf(await host.verb('wip-undo', { user: 'bob' })), 'LOCKED')
  await cluster.ask('alder', 'unlock')
  assert.equal(codeOf(await cluster.ask('alder', 'wip-undo')), 'LOCK_LOST')
  assert.equal(host.daemon.work.operations.length, 1)
})

test('an operation is taken back or it is not, whichever byte a crash comes at', async () => {
  for (const fate of ['lost', 'kept', 'chance'] as const) {
    for (let [bytes, done] = [0, false]; !done; bytes += 61) {
      const { cluster, host, machine, type } = await lockedHost()
      for (const path of ['/a', '/b']) machine.write(path, path)
      await type('snap', '/a', '/b')
      host.disk.bytesUntilPowerFailure = bytes
      done = (await type('wip-undo')) === 'done'
      host.disk.bytesUntilPowerFailure = Number.POSITIVE_INFINITY
      host.crash(fate)
      await cluster.clock.until(host.start())
      const noted = host.daemon.work.operations.map(describeOperation)
      assert.ok(noted.length === 1 || (!done && noted.length === 2), `${noted} after ${bytes} bytes`)
      assert.equal(await type('ci'), 'done')
      cluster.end()
    }
  }
})
