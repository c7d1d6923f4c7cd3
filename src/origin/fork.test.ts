/** fork and migrate: what each refuses, and what a crash in the middle of each leaves. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Cluster, describeOutcome } from '../../test/sim/cluster.ts'
import type { BranchName } from '../base/index.ts'

const web = 'web' as BranchName

async function changedHost(seed = 1) {
  const cluster = await Cluster.of(seed, ['alder'])
  await change(cluster, 'one')
  await change(cluster, 'two')
  return { cluster, host: cluster.host('alder') }
}

async function change(cluster: Cluster, text: string): Promise<void> {
  await cluster.ask('alder', 'lock', text)
  await cluster.ask('alder', 'exec', 'append', '/data/log', text)
  await cluster.ask('alder', 'ci')
}

const said = async (cluster: Cluster, ...words: readonly string[]): Promise<string> =>
  describeOutcome(await cluster.ask('alder', ...words))

test("the child's journal is the parent's, byte for byte, and this host goes on along it", async () => {
  const { cluster, host } = await changedHost()
  assert.equal(await said(cluster, 'fork', 'web'), 'done')
  const [parent, child] = await Promise.all(
    ['generic', 'web'].map((name) => host.disk.readFile(`/is/branches/${name}/journal`)),
  )
  assert.deepEqual(child, parent)
  assert.equal(Buffer.from((await host.disk.readFile('/is/conf/branch')) ?? []).toString(), 'web\n')
  await change(cluster, 'three')
  assert.deepEqual([cluster.branch('alder', 'web').state.length, cluster.branch('alder').state.length], [3, 2])
  host.crash('lost')
  await cluster.clock.until(host.start())
  assert.equal(host.daemon.branch.name, 'web')
})

test('whichever byte of a fork the power fails at, there is a whole branch or none', async () => {
  const outcomes = new Set<string>()
  const bytesInAll = await bytesOfFork()
  // After the branch is whole only its name is written to conf/branch.
  const steps = Array.from({ length: Math.ceil(bytesInAll / 53) }, (_, step) => step * 53)
  for (const fate of ['lost', 'kept', 'chance'] as const) {
    for (const bytes of [...steps, bytesInAll - 4, bytesInAll - 1, bytesInAll]) {
      const { cluster, host } = await changedHost()
      host.disk.bytesUntilPowerFailure = bytes
      const outcome = await said(cluster, 'fork', 'web')
      host.disk.bytesUntilPowerFailure = Number.POSITIVE_INFINITY
      host.crash(fate)
      await cluster.clock.until(host.start())
      const child = host.daemon.branches.get(web)
      const exists = child !== undefined && host.daemon.branches.exists(child)
      assert.ok(!exists || child.journal.length === 2, `${child?.journal.length} of 2 after ${bytes} bytes`)
      const again = await said(cluster, exists ? 'migrate' : 'fork', 'web')
      const isThere = again === 'USAGE: alder is already on branch web'
      assert.ok(isThere || again === 'done', again)
      if (outcome === 'done') assert.ok(isThere)
      assert.equal(host.daemon.branch.name, 'web')
      outcomes.add(`${outcome} ${exists} ${isThere}`)
      cluster.end()
    }
  }
  // Some of each: no branch, a branch and this host not on it yet, and all of it.
  assert.ok(outcomes.size >= 3, [...outcomes].join(', '))
})

/** How many bytes a fork writes. */
async function bytesOfFork(): Promise<number> {
  const { cluster, host } = await changedHost()
  const { bytesWritten } = host.disk
  await cluster.ask('alder', 'fork', 'web')
  return host.disk.bytesWritten - bytesWritten
}

test('a fork that finds no room on the disk leaves nothing, and can be done again', async () => {
  const { cluster, host } = await changedHost()
  host.disk.full = true
  assert.match(await said(cluster, 'fork', 'web'), /^DISK_FULL: /)
  host.disk.full = false
  assert.deepEqual([host.daemon.branch.name, host.daemon.branches.all().length], ['generic', 1])
  assert.equal(await said(cluster, 'fork', 'web'), 'done')
})

test('fork and migrate give back the lock under which nothing was done, and only to its owner', async () => {
  const { cluster, host } = await changedHost()
  await cluster.ask('alder', 'fork', 'web')
  await cluster.ask('alder', 'lock', 'on web')
  const asBob = await cluster.clock.until(host.verb('migrate', { user: 'bob', branch: 'generic' }))
  assert.match(describeOutcome(asBob), /^LOCKED: branch web is locked by ann@alder since .*: on web$/)
  assert.equal(await said(cluster, 'migrate', 'generic'), 'done')
  assert.deepEqual([cluster.branch('alder', 'web').state.lock, host.daemon.work.header], [null, undefined])
  await cluster.ask('alder', 'lock', 'on generic')
  assert.equal(await said(cluster, 'fork', 'mail'), 'done')
  assert.deepEqual([cluster.branch('alder').state.lock, host.daemon.work.header], [null, undefined])
})

test('fork and migrate to the branch that this host is on say so', async () => {
  const { cluster } = await changedHost()
  assert.equal(await said(cluster, 'fork', 'generic'), 'BRANCH_EXISTS: alder is already on branch generic')
  assert.equal(await said(cluster, 'migrate', 'generic'), 'USAGE: alder is already on branch generic')
})

test('fork and migrate refuse with work that is not checked in', async () => {
  const { cluster } = await changedHost()
  await cluster.ask('alder', 'fork', 'web')
  await cluster.ask('alder', 'lock', 'on web')
  await cluster.ask('alder', 'exec', 'append', '/data/log', 'three')
  const refusal = 'UNCHECKED_WORK: ann@alder has 1 operation here not checked in'
  assert.equal(await said(cluster, 'fork', 'mail'), refusal)
  assert.equal(await said(cluster, 'migrate', 'generic'), refusal)
})

test('a host that has begun an operation goes only where that operation is', async () => {
  const { cluster, host } = await changedHost()
  await cluster.ask('alder', 'fork', 'web')
  await change(cluster, 'x'.repeat(1000))
  await cluster.ask('alder', 'fork', 'mail')
  // As if this host had come along generic and had stopped at what is on web only.
  const { id } = await cluster.branch('alder', 'web').journal.changesetAt(2)
  const third = cluster.branch('alder', 'web').journal.head
  await host.daemon.history.add([
    { event: 'made', operation: { id, index: 0 } },
    { event: 'started', operation: { id: third, index: 0 } },
    { event: 'failed', operation: { id: third, index: 0 }, reason: 'no such command' },
  ])
  assert.match(
    await said(cluster, 'migrate', 'generic'),
    /^NOT_A_SUPERSET: .* operation 3 is [0-9a-f]{12}:0 \(exec append \/data\/log x{78}…\) on mail, and missing on generic$/,
  )
  assert.equal(await said(cluster, 'migrate', 'web'), 'done')
})

test('a host that did something else last can neither fork nor migrate', async () => {
  const { cluster, host } = await changedHost()
  await cluster.ask('alder', 'fork', 'web')
  await host.daemon.history.add([{ event: 'made', operation: { id: 'e'.repeat(64) as never, index: 0 } }])
  assert.match(await said(cluster, 'fork', 'mail'), /^OFF_BRANCH: /)
  assert.match(await said(cluster, 'migrate', 'generic'), /^OFF_BRANCH: /)
})

test('of two operations that stand at one place the refusal names the first that differs', async () => {
  const cluster = await Cluster.of(1, ['alder', 'birch'])
  await change(cluster, 'one')
  await cluster.ask('birch', 'up')
  await cluster.ask('alder', 'fork', 'web')
  for (const [name, texts] of [
    ['alder', ['same', 'ours']],
    ['birch', ['same', 'theirs', 'more']],
  ] as const) {
    await cluster.ask(name, 'lock', 'two steps')
    for (const text of texts) await cluster.ask(name, 'exec', 'append', '/data/log', text)
    await cluster.ask(name, 'ci')
  }
  assert.match(
    describeOutcome(await cluster.ask('birch', 'migrate', 'web')),
    /operation 3 is [0-9a-f]{12}:1 \(exec append \/data\/log theirs\) on generic, and [0-9a-f]{12}:1 \(exec append \/data\/log ours\) on web$/,
  )
})
