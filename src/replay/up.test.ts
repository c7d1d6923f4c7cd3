/** Replay on a host of its own: the journal is handed to it, and what it does is looked at. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chainOf, execOf, following } from '../../test/cluster/changesets.ts'
import { Cluster, describeOutcome } from '../../test/sim/cluster.ts'
import { SimMachine } from '../../test/sim/machine.ts'
import { noChangeset, sha256Hex } from '../base/index.ts'
import { operationsDone } from '../branch/index.ts'
import type { HistoryRow } from '../control/index.ts'
import { type SignedChangeset, toLine } from '../journal/changeset.ts'
import type { Operation } from '../journal/index.ts'
import type { Installation } from '../machine/index.ts'
import { refOfSmall } from '../store/pieces.ts'
import type { InstallOperation } from './apply.ts'

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
    assert.equal(host.daemon.history.standing.stopped?.reason, 'it ended with exit status 3: fail 3')
  }
  assert.deepEqual(host.machine.begun, ['exec append /data/log 1', 'exec fail 3', 'exec fail 3'])
})

test('up runs no command in a directory that others can change, and says what to do', async () => {
  const { host, up } = await hostWith([one])
  host.machine.shared = '/data can be changed by everybody (mode 1777)'
  const name = `${one.id.slice(0, 12)}:0`
  const why = 'it would run in a directory that others can change: /data can be changed by everybody (mode 1777)'
  assert.equal(await up(), `OPERATION_FAILED: operation ${name} (exec append /data/log 1) failed: ${why}`)
  assert.deepEqual(host.machine.begun, [])
  host.machine.shared = undefined
  assert.equal(await up(), 'did 3, now at 3')
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

/** A file to install, whose bytes are put into the host's store. */
function fileOf(path: string, text: string): Operation {
  const blob = refOfSmall(Buffer.from(text))
  return { type: 'snap', kind: 'file', path, mode: 0o644, owner: root, mtimeMs: 0, parents: [], blob }
}

const root = { uid: 0, gid: 0, user: 'root', group: 'root' }
const texts = ['one', 'two', 'three', 'four', 'five']
/** Several in a row that are installed together, a command, and several again, one of which others stand on the way of. */
const installs: readonly Operation[] = [
  ...texts.map((text) => fileOf(`/etc/${text}`, text)),
  { type: 'snap', kind: 'directory', path: '/etc', mode: 0o755, owner: root, mtimeMs: 0, parents: [] },
  step('1'),
  { type: 'snap', kind: 'symlink', path: '/etc/two', target: 'one', owner: root, mtimeMs: 0, parents: [] },
  fileOf('/srv/one', 'one'),
  fileOf('/srv/two', 'two'),
]

/** `blind`: nothing is seen before it is met. */
async function hostWithFiles({ blind = false } = {}) {
  const { cluster, host, up } = await hostWith([following(undefined, { operations: [...installs] })])
  host.machine.blind = blind
  await host.daemon.deps.store.putSmall(texts.map((text) => Buffer.from(text)))
  return { cluster, host, up }
}

/** What is on a machine when the first `count` operations of {@link installs} were done, and no other. */
async function treeAfter(count: number): Promise<string> {
  const machine = new SimMachine()
  for (const operation of installs.slice(0, count)) {
    if (operation.type === 'exec') await machine.run(operation, () => undefined, new AbortController().signal)
    else if (operation.type === 'snap' && operation.kind !== 'removal')
      await machine.install([installationOf(operation)])
  }
  return machine.tree
}

function installationOf(operation: InstallOperation): Installation {
  if (operation.kind !== 'file') return { kind: operation.kind, attributes: operation } as Installation
  const text = texts.find((one) => sha256Hex(one) === operation.blob.id) ?? ''
  const content = async function* () {
    yield Buffer.from(text)
  }
  return { kind: 'file', attributes: operation, content, sha256: operation.blob.id }
}

test('up whose files are installed together says in the history no more than is on the machine, wherever a crash comes', async () => {
  const all = await treeAfter(installs.length)
  const positions = new Set<number>()
  for (const fate of ['lost', 'kept', 'chance'] as const) {
    for (let turns = 0; turns < 900; turns += 7) {
      const { cluster, host, up } = await hostWithFiles()
      void cluster.ask('alder', 'up')
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve()
      host.crash(fate)
      const found = new Set(host.machine.tree.split('\n'))
      await cluster.clock.until(host.start())
      const { branch, history } = host.daemon
      const done = await operationsDone(branch, history.standing.done)
      positions.add(done)
      // What a later operation has replaced is there as that, or as it was.
      for (const line of (await treeAfter(done)).split('\n').filter((one) => !one.startsWith('/etc/two ')))
        assert.ok(
          line === '' || found.has(line),
          `after ${turns} turns (${fate}): ${done} are done, and not there: ${line}`,
        )
      assert.equal(await up(), `did ${installs.length - done}, now at ${installs.length}`)
      assert.equal(host.machine.tree, all)
      cluster.end()
    }
  }
  assert.deepEqual(
    [...positions].sort((a, b) => a - b),
    [0, 6, 7, 10],
  )
})

test('the history has the beginning and the end of each of the operations that were done together', async () => {
  const { host, up } = await hostWithFiles({ blind: true })
  host.machine.makeDirectory('/etc/three')
  await up()
  await host.machine.remove('/etc/three')
  await up()
  const asked = await host.verb('history', {})
  const rows = asked.type === 'done' ? (asked.result as readonly HistoryRow[]) : []
  const [events, started] = [rows.map(({ event }) => event), rows.map((row) => typeof row.started)]
  assert.deepEqual(events, [...Array(8).fill('finished'), 'failed', 'finished', 'finished'])
  assert.deepEqual(started, Array(11).fill('string'))
})

test('up that fails among files that are installed together has done those before it, and nothing after it', async () => {
  const { host, up } = await hostWithFiles({ blind: true })
  host.machine.makeDirectory('/etc/three')
  const failed =
    /^OPERATION_FAILED: operation \w+:2 \(snap \/etc\/three\) failed: cannot install \/etc\/three: something else/
  assert.match(await up(), failed)
  assert.deepEqual(host.daemon.history.standing.done?.index, 1)
  assert.deepEqual([host.machine.read('/etc/two'), host.machine.read('/etc/four')], ['two', undefined])
  assert.match(await up(), failed)
})

test('up that sees what will stop a file of a directory does nothing of the directory, and what came before it', async () => {
  const { host, up } = await hostWithFiles()
  host.machine.makeDirectory('/etc/three')
  const stopped =
    /^OPERATION_FAILED: operation (\w+):2 \(snap \/etc\/three\) failed: cannot install \/etc\/three: something else stands there; nothing of its directory was begun, from \1:0 on$/
  assert.match(await up(), stopped)
  const { standing } = host.daemon.history
  assert.deepEqual([standing.done, standing.stopped?.operation.index], [undefined, 2])
  assert.deepEqual(host.machine.begun, [])
  await host.machine.remove('/etc/three')
  assert.equal(await up(), 'did 10, now at 10')
})

test('up looks at what comes after a command only when it has come there', async () => {
  const operations = [step('1'), fileOf('/data/other', 'one'), fileOf('/srv/two', 'two'), fileOf('/srv/one', 'one')]
  const { host, up } = await hostWith([following(undefined, { operations })])
  await host.daemon.deps.store.putSmall(texts.map((text) => Buffer.from(text)))
  host.machine.makeDirectory('/srv/one')
  assert.match(await up(), /:3 \(snap \/srv\/one\) failed: cannot install/)
  // No directory is recorded to which these belong.
  assert.deepEqual([host.machine.read('/data/other'), host.machine.read('/srv/two')], ['one', 'two'])
  assert.equal(host.daemon.history.standing.done?.index, 2)
})

test('up of one file with a damaged copy of it drops that, and stops for want of another one', async () => {
  const { host, up } = await hostWithFiles()
  const id = sha256Hex('three')
  const stored = await host.disk.open(`/is/store/${id.slice(0, 2)}/${id}`, 'write')
  await stored.write(0, Buffer.from('THREE'))
  assert.match(await up(), /^BLOB_MISSING: /)
  assert.equal(host.daemon.history.standing.done?.index, 1)
  await host.daemon.deps.store.putSmall([Buffer.from('three')])
  assert.equal(await up(), 'did 8, now at 10')
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
    'UNCHECKED_WORK: ann@alder has 1 operation here not checked in',
  )
})
