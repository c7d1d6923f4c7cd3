/** The verbs of one host alone: what each refuses, and what a crash in the middle of each leaves. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Cluster, codeOf } from '../../test/sim/cluster.ts'
import { IsconfError } from '../base/index.ts'

const signal = new AbortController().signal

async function lockedHost() {
  const cluster = await Cluster.of(1, ['alder'])
  await cluster.ask('alder', 'lock', 'because')
  return { cluster, host: cluster.host('alder') }
}

test('nothing is changed without the lock', async () => {
  const cluster = await Cluster.of(1, ['alder'])
  const { machine, daemon } = cluster.host('alder')
  machine.write('/etc/motd', 'hello\n')
  const before = machine.tree
  for (const words of [
    ['exec', 'append', '/x', 'y'],
    ['snap', '/etc/motd'],
    ['snap', '--delete', '/etc/motd'],
    ['bank-add', '/etc/motd'],
    ['ci'],
  ]) {
    assert.equal(codeOf(await cluster.ask('alder', ...words)), 'NOT_LOCKED', words.join(' '))
  }
  assert.equal(codeOf(await cluster.ask('alder', 'unlock')), 'NOT_LOCKED')
  assert.deepEqual([machine.tree, daemon.work.header], [before, undefined])
})

test('a file that is not there is told before the lock that is missing or held, as in 4.2', async () => {
  const cluster = await Cluster.of(1, ['alder', 'birch'])
  await cluster.meet()
  for (const lock of [false, true]) {
    if (lock) await cluster.ask('birch', 'lock', 'because')
    for (const verb of ['snap', 'bank-add']) {
      assert.equal(codeOf(await cluster.ask('alder', verb, '/missing')), 'NO_SUCH_FILE', `${verb}, ${lock}`)
    }
  }
  cluster.end()
})

test("the lock is one user's: to others it is locked", async () => {
  const { host } = await lockedHost()
  host.machine.write('/x', 'as it was')
  const before = host.machine.tree
  const cwd = '/'
  const asBob: readonly [string, object][] = [
    ['exec', { user: 'bob', cwd, argv: ['append', '/x', 'y'] }],
    ['snap', { user: 'bob', cwd, paths: ['/x'] }],
    ['ci', { user: 'bob' }],
  ]
  for (const [verb, body] of asBob) assert.equal(codeOf(await host.verb(verb, body, signal)), 'LOCKED', verb)
  assert.equal(host.machine.tree, before)
})

test('a lock without a message is refused, and one that is too long', async () => {
  const cluster = await Cluster.of(1, ['alder'])
  assert.equal(codeOf(await cluster.ask('alder', 'lock', ' ')), 'MESSAGE_MISSING')
  assert.equal(codeOf(await cluster.ask('alder', 'lock', 'x'.repeat(4097))), 'USAGE')
})

for (const argv of [['reboot'], ['/sbin/shutdown', '-r'], ['init', '6'], ['systemctl', '--force', 'poweroff']]) {
  test(`exec ${argv.join(' ')} is refused`, async () => {
    const { cluster, host } = await lockedHost()
    assert.equal(codeOf(await cluster.ask('alder', 'exec', ...argv)), 'REBOOT_BY_EXEC')
    assert.deepEqual(host.daemon.work.operations, [])
  })
}

test('a command that failed, or could not be run, is not recorded', async () => {
  const { cluster, host } = await lockedHost()
  assert.equal(codeOf(await cluster.ask('alder', 'exec', 'fail', '7')), 'COMMAND_FAILED')
  assert.equal(codeOf(await cluster.ask('alder', 'exec', 'no-such-command')), 'COMMAND_NOT_RUN')
  assert.deepEqual(host.daemon.work.operations, [])
  const marks = host.daemon.deviations.all.map(({ kind, text, by, why }) => [kind, text, by, why])
  assert.deepEqual(marks, [['failed', 'exec fail 7', 'ann@alder', 'fail ended with exit status 7']])
})

test('a command that is interrupted is not recorded', async () => {
  const { cluster, host } = await lockedHost()
  const abort = new AbortController()
  const body = { user: 'ann', cwd: '/', argv: ['slow', '5000', '/x', 'y'] }
  const running = host.verb('exec', body, abort.signal)
  await cluster.run(1_000)
  abort.abort(new IsconfError('INTERRUPTED', '`isconf exec` was interrupted'))
  assert.equal((await cluster.clock.until(running)).type, 'failed')
  assert.deepEqual([host.daemon.work.operations, host.machine.tree], [[], ''])
  assert.deepEqual(
    host.daemon.deviations.all.map(({ why }) => why),
    ['it was interrupted'],
  )
})

test('a command is in the work, or on record as what this host alone has, whichever byte a crash comes at', async () => {
  for (const fate of ['lost', 'kept', 'chance'] as const) {
    for (let [bytes, done] = [0, false]; !done; bytes += 37) {
      const { cluster, host, outcome } = await dyingAt(bytes, fate, 'exec', 'append', '/data/log', 'two')
      done = outcome.type === 'done'
      const { work, deviations } = host.daemon
      const texts = work.operations.map((one) => (one.type === 'exec' ? one.argv.at(-1) : one.type))
      const isRecorded = texts.includes('two')
      const wasRun = host.machine.tree.includes('two')
      assert.ok(isRecorded || !done, `what exec acknowledged is there (${bytes} bytes, ${fate})`)
      assert.ok(wasRun || !isRecorded, `what is recorded was done (${bytes} bytes, ${fate})`)
      const marks = deviations.all.map(({ text }) => text)
      if (isRecorded) assert.deepEqual(marks, [], `${bytes} bytes, ${fate}`)
      else if (wasRun) assert.deepEqual(marks, ['exec append /data/log two'], `${bytes} bytes, ${fate}`)
      cluster.end()
    }
  }
})

test('a command that failed stays on record when it is done later, until somebody says that it was set right', async () => {
  const { cluster, host } = await lockedHost()
  host.machine.write('/etc/motd', 'hello\n')
  await cluster.ask('alder', 'exec', 'fail', '7')
  await cluster.ask('alder', 'exec', 'fail', '7')
  await cluster.ask('alder', 'exec', 'append', '/x', 'y')
  const { deviations } = host.daemon
  assert.equal(deviations.all.length, 1)
  const [{ operation } = { operation: '' }] = deviations.all
  const done = { user: 'ann', operation: operation.slice(0, 12), message: 'nothing was left' }
  assert.equal((await host.verb('done', done, signal)).type, 'done')
  assert.deepEqual(deviations.all, [])
})

test('what wip undo leaves here is on record until it is snapped again', async () => {
  const { cluster, host } = await lockedHost()
  host.machine.write('/etc/motd', 'hello\n')
  await cluster.ask('alder', 'snap', '/etc/motd')
  assert.equal((await host.verb('wip-undo', { user: 'ann' }, signal)).type, 'done')
  const { deviations } = host.daemon
  assert.deepEqual(
    deviations.all.map(({ kind, text }) => [kind, text]),
    [['undone', 'snap /etc/motd']],
  )
  await cluster.ask('alder', 'snap', '/etc/motd')
  assert.deepEqual(deviations.all, [])
})

test('ci with nothing to check in gives the lock back and adds nothing', async () => {
  const { cluster, host } = await lockedHost()
  const outcome = await cluster.ask('alder', 'ci')
  assert.deepEqual(outcome.type === 'done' && (outcome.result as { id: unknown }).id, null)
  assert.deepEqual([host.daemon.branch.state.lock, host.daemon.branch.journal.length], [null, 0])
  assert.equal(host.daemon.work.header, undefined)
})

test('work that was checked in already, of a disk that was put back, is told at ci whenever the others tell of it', async () => {
  for (let waitMs = 0; waitMs < 60; waitMs += 1) {
    const cluster = await Cluster.of(waitMs, ['alder', 'birch'])
    const alder = cluster.host('alder')
    await cluster.ask('alder', 'lock', 'because')
    await cluster.ask('alder', 'exec', 'append', '/x', 'one')
    await cluster.clock.until(alder.stop())
    const backup = alder.disk.crash('kept')
    alder.disk = alder.disk.crash('kept')
    await cluster.clock.until(alder.start())
    await cluster.meet()
    await cluster.ask('alder', 'exec', 'append', '/x', 'two')
    assert.equal((await cluster.ask('alder', 'ci')).type, 'done')
    await cluster.clock.until(alder.stop())
    alder.disk = backup
    await cluster.clock.until(alder.start())
    await cluster.clock.untilTrue(() => alder.transport.peers().length > 0, 60_000)
    await cluster.run(waitMs)
    assert.equal(codeOf(await cluster.ask('alder', 'ci')), 'BEHIND', `${waitMs} ms after they met`)
    assert.equal(alder.daemon.history.standing.done?.index ?? 0, 0)
    cluster.end()
  }
})

/** Does a verb until the power fails after `bytes` more, and starts again; how the verb ended. */
async function dyingAt(bytes: number, fate: 'lost' | 'kept' | 'chance', ...words: readonly string[]) {
  const { cluster, host } = await lockedHost()
  host.machine.write('/etc/motd', 'hello\n')
  await cluster.ask('alder', 'exec', 'append', '/data/log', 'one')
  await cluster.ask('alder', 'snap', '/etc/motd')
  host.disk.bytesUntilPowerFailure = bytes
  const outcome = await cluster.ask('alder', ...words)
  host.disk.bytesUntilPowerFailure = Number.POSITIVE_INFINITY
  host.crash(fate)
  await cluster.clock.until(host.start())
  return { cluster, host, outcome }
}

test('ci is done or not done, whichever byte a crash comes at, and never twice', async () => {
  for (const fate of ['lost', 'kept', 'chance'] as const) {
    for (let [bytes, done] = [0, false]; !done; bytes += 61) {
      const { cluster, host, outcome } = await dyingAt(bytes, fate, 'ci')
      done = outcome.type === 'done'
      const { branch, work, history } = host.daemon
      const isIn = branch.journal.length === 1
      assert.ok(isIn || !done, `what ci acknowledged is there (${bytes} bytes)`)
      assert.equal(work.operations.length, isIn ? 0 : 2, `the work is in the journal or still there (${bytes} bytes)`)
      if (!isIn) assert.equal((await cluster.ask('alder', 'ci')).type, 'done')
      const { operations } = (await branch.journal.changesetAt(1)).changeset
      assert.deepEqual([branch.journal.length, operations.length], [1, 2])
      const last = { id: branch.journal.head, index: 1 }
      assert.deepEqual(history.standing, { done: last, stopped: undefined, rebooting: undefined })
      assert.equal(codeOf(await cluster.ask('alder', 'up')), 'done')
      assert.equal((await cluster.ask('alder', 'lock', 'again')).type, 'done')
      cluster.end()
    }
  }
})

test('snap and lock are done or not done, whichever byte a crash comes at', async () => {
  for (const fate of ['lost', 'kept'] as const) {
    for (let [bytes, done] = [0, false]; !done; bytes += 41) {
      const { host, outcome, cluster } = await dyingAt(bytes, fate, 'snap', '/etc/motd')
      done = outcome.type === 'done'
      const count = host.daemon.work.operations.length
      assert.ok(count === 3 || (!done && count === 2), `${count} operations after ${bytes} bytes`)
      assert.equal((await cluster.ask('alder', 'ci')).type, 'done')
      cluster.end()
    }
  }
})
