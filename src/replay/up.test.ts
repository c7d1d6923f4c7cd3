/** Replay on a host of its own: the journal is handed to it, and what it does is looked at. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chainOf, execOf, following } from '../../test/cluster/changesets.ts'
import { Cluster, describeOutcome } from '../../test/sim/cluster.ts'
import { noChangeset } from '../base/index.ts'
import { type SignedChangeset, toLine } from '../journal/changeset.ts'

/** A host that is told of these changesets. */
async function hostWith(changesets: readonly SignedChangeset[], seed = 1) {
  const cluster = await Cluster.of(seed, ['alder'])
  const host = cluster.host('alder')
  await host.daemon.branch.take(changesets.map(toLine), 'test')
  return { cluster, host, up: async () => describeOutcome(await cluster.ask('alder', 'up')) }
}

const step = (text: string) => execOf('append', '/data/log', text)
const [one] = [following(undefined, { operations: [step('1'), step('2'), step('3')] })]
const two = following(one, { operations: [step('4')] })
const four = [1, 2, 3, 4].map((number) => `${number}\n`)

test('up does everything once, in order, and nothing the next time', async () => {
  const { host, up } = await hostWith([one, two])
  assert.equal(await up(), 'did 4, now at 4')
  assert.equal(host.machine.read('/data/log'), four.join(''))
  assert.equal(await up(), 'did 0, now at 4')
  assert.equal(host.machine.begun.length, 4)
})

test('up begins in the middle of a changeset where the last one stopped', async () => {
  const failing = following(undefined, { operations: [step('1'), execOf('fail', '3'), step('3')] })
  const { host, up } = await hostWith([failing, following(failing, { operations: [step('4')] })])
  const name = `${failing.id.slice(0, 12)}:1`
  for (let time = 0; time < 2; time += 1) {
    const said = await up()
    assert.equal(said, `OPERATION_FAILED: operation ${name} (exec fail 3) failed: it ended with exit status 3`)
    assert.equal(host.machine.read('/data/log'), '1\n')
    assert.equal(host.daemon.history.standing.stopped?.reason, 'it ended with exit status 3')
  }
  assert.deepEqual(host.machine.begun, ['exec append /data/log 1', 'exec fail 3', 'exec fail 3'])
})

test('up that is interrupted has done what it says, and goes on there', async () => {
  const slow = [step('1'), execOf('slow', '5000', '/data/log', '2'), step('3')]
  const { cluster, host, up } = await hostWith([following(undefined, { operations: slow })])
  const abort = new AbortController()
  const running = host.verb('up', { user: 'ann' }, abort.signal)
  await cluster.run(1_000)
  abort.abort(new Error('interrupted'))
  assert.equal((await cluster.clock.until(running)).type, 'failed')
  assert.equal(host.machine.read('/data/log'), '1\n')
  assert.equal(await up(), 'did 2, now at 3')
  assert.equal(host.machine.read('/data/log'), '1\n2\n3\n')
})

test('up goes on where it was, whichever byte of its history a crash comes at', async () => {
  for (const fate of ['lost', 'kept', 'chance'] as const) {
    for (let bytes = 0; bytes < 1_200; bytes += 31) {
      const { cluster, host } = await hostWith([one, two])
      host.disk.bytesUntilPowerFailure = bytes
      await cluster.ask('alder', 'up')
      host.disk.bytesUntilPowerFailure = Number.POSITIVE_INFINITY
      host.crash(fate)
      await cluster.clock.until(host.start())
      const last = await cluster.ask('alder', 'up')
      assert.match(describeOutcome(last), /now at 4$/)
      assert.equal(host.machine.read('/data/log'), four.join(''), `${bytes} bytes`)
      // The one that was under way may have been done twice, and no other.
      assert.ok(host.machine.begun.length <= 5, `${host.machine.begun.length} commands after ${bytes} bytes`)
      cluster.end()
    }
  }
})

test('up with a file that nobody has stops before it, and says so', async () => {
  const [snap] = [
    following(one, {
      operations: [
        {
          type: 'snap',
          kind: 'file',
          path: '/etc/motd',
          mode: 0o644,
          owner: { uid: 0, gid: 0, user: 'root', group: 'root' },
          mtimeMs: 0,
          parents: [],
          blob: { id: 'a'.repeat(64), sizeBytes: 6, pieces: 'b'.repeat(64) },
        },
        step('5'),
      ],
    }),
  ]
  const { host, up } = await hostWith([one, snap])
  assert.match(await up(), /^BLOB_MISSING: /)
  assert.equal(host.machine.read('/data/log'), '1\n2\n3\n')
  assert.deepEqual(host.daemon.history.standing.done, { id: one.id, index: 2 })
})

test('up does what the lines of a split share, and nothing of either', async () => {
  const common = chainOf(['c1', 'c2'])
  const { host, up } = await hostWith([...common, ...chainOf(['l1'], common[1])])
  await host.daemon.branch.take(chainOf(['r1'], common[1]).map(toLine), 'test')
  assert.match(await up(), /^SPLIT: /)
  assert.equal(host.machine.read('/data/log'), 'c1\nc2\n')
})

test('up that is under way when the split is resolved goes on along the line that was chosen', async () => {
  const common = [following(undefined, { operations: [step('c1'), execOf('slow', '5000', '/data/log', 'c2')] })]
  const right = chainOf(['r1', 'r2'], common[0])
  const { cluster, host } = await hostWith([...common, ...chainOf(['l1'], common[0])])
  await host.daemon.branch.take(right.map(toLine), 'test')
  const running = cluster.ask('alder', 'up')
  await cluster.run(1_000)
  // As it arrives from another host.
  const { branch, resolutions } = host.daemon
  const made = { branch: branch.name, by: 'bob@birch', time: '2026-01-01T00:00:00.000Z' }
  await resolutions.add(branch.forksOf(right[1]?.id ?? noChangeset).map((fork) => ({ ...made, ...fork })))
  await host.daemon.afterResolution()
  assert.equal(describeOutcome(await running), 'did 4, now at 4')
  assert.equal(host.machine.read('/data/log'), 'c1\nc2\nr1\nr2\n')
})

test('up on a host that did something else last refuses', async () => {
  const { host, up } = await hostWith([one])
  await host.daemon.history.add([{ event: 'made', operation: { id: two.id, index: 0 } }])
  assert.match(await up(), /^OFF_BRANCH: /)
  assert.equal(host.machine.tree, '')
})

test('up refuses while there is work that is not checked in', async () => {
  const cluster = await Cluster.of(1, ['alder'])
  await cluster.ask('alder', 'lock', 'because')
  await cluster.ask('alder', 'exec', 'append', '/data/log', 'mine')
  assert.equal(
    describeOutcome(await cluster.ask('alder', 'up')),
    'UNCHECKED_WORK: ann@alder has 1 operation here that are not checked in',
  )
})
