/** A reboot in the journal, on a host of its own: when it is done, when it is still to be done, and what a crash leaves. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { execOf, following } from '../../test/cluster/changesets.ts'
import { Cluster, describeOutcome } from '../../test/sim/cluster.ts'
import { toLine } from '../journal/changeset.ts'

const step = (text: string) => execOf('append', '/data/log', text)
const reboot = { type: 'reboot' } as const
const one = following(undefined, { operations: [step('1'), reboot, step('2')] })
const two = following(one, { operations: [reboot, step('3')] })
const id = one.id.slice(0, 12)
const needed = `REBOOT_NEEDED: operation ${id}:1 (reboot) is next, and -r was not given`

async function hostWith(changesets = [one, two]) {
  const cluster = await Cluster.of(1, ['alder'])
  const host = cluster.host('alder')
  await host.daemon.branch.take(changesets.map(toLine), 'test')
  /** Until the machine has gone down and come up again. */
  const comesBack = async (): Promise<void> => {
    await cluster.run(5_000)
    assert.equal(host.isUp, false, 'it has gone down')
    await cluster.clock.until(host.start())
  }
  return {
    cluster,
    host,
    comesBack,
    up: async (...words: string[]) => describeOutcome(await cluster.ask('alder', 'up', ...words)),
  }
}

test('up without -r stops at a reboot and applies nothing that comes after it', async () => {
  const { host, up } = await hostWith()
  for (let time = 0; time < 2; time += 1) assert.equal(await up(), needed)
  assert.deepEqual(host.machine.begun, ['exec append /data/log 1'])
  assert.deepEqual(host.daemon.history.standing.done, { id: one.id, index: 0 })
  assert.equal(host.daemon.history.standing.stopped, undefined)
})

test('up -r reboots once for each reboot, and the next up goes on behind it, also without -r', async () => {
  const { host, up, comesBack } = await hostWith()
  assert.equal(await up('-r'), `did 1, now at 1, reboots for ${id}:1`)
  await comesBack()
  assert.equal(await up(), `REBOOT_NEEDED: operation ${two.id.slice(0, 12)}:0 (reboot) is next, and -r was not given`)
  assert.equal(host.machine.read('/data/log'), '1\n2\n')
  assert.equal(await up('-r'), `did 0, now at 3, reboots for ${two.id.slice(0, 12)}:0`)
  await comesBack()
  assert.equal(await up('-r'), 'did 2, now at 5')
  const [a, b, c] = ['1', '2', '3'].map((text) => `exec append /data/log ${text}`)
  assert.deepEqual(host.machine.begun, [a, 'reboot', b, 'reboot', c])
})

test('-r without a reboot in the journal changes nothing', async () => {
  const { host, up } = await hostWith([following(undefined, { operations: [step('1')] })])
  assert.equal(await up('-r'), 'did 1, now at 1')
  assert.equal(await up('-r'), 'did 0, now at 1')
  assert.deepEqual(host.machine.begun, ['exec append /data/log 1'])
})

test('with the same boot id the reboot is still to be done, whatever the command has returned', async () => {
  const { cluster, host, up } = await hostWith()
  host.machine.onReboot = () => undefined
  assert.equal(await up('-r'), `did 1, now at 1, reboots for ${id}:1`)
  assert.match(
    await up(),
    /^REBOOT_NEEDED: operation [0-9a-f]{12}:1 \(reboot\) was requested at \S+ and has not happened$/,
  )
  // The daemon is killed; the machine goes on.
  host.kill()
  await cluster.clock.until(host.start())
  assert.match(await up(), /was requested at \S+ and has not happened$/)
  assert.equal(await up('-r'), `did 0, now at 1, reboots for ${id}:1`)
  assert.equal(host.machine.begun.filter((what) => what === 'reboot').length, 2)
  host.machine.bootAgain()
  assert.equal(await up('--to', `${id}`), 'did 2, now at 3')
})

test('a machine that goes down before its command returns has been rebooted, and is not rebooted again', async () => {
  const { cluster, host, up } = await hostWith()
  host.machine.onReboot = () => host.crash('lost')
  assert.equal(await up('-r'), 'died')
  await cluster.clock.until(host.start())
  assert.equal(await up('--to', id), 'did 2, now at 3')
  assert.equal(host.machine.begun.filter((what) => what === 'reboot').length, 1)
})

test('a reboot that the command refuses is a failed operation, and is tried again', async () => {
  const { host, up, comesBack } = await hostWith()
  host.machine.rebootStatus = 3
  for (const done of [1, 0]) {
    assert.equal(
      await up('-r'),
      `OPERATION_FAILED: operation ${id}:1 (reboot) failed: it ended with exit status 3`,
      `${done}`,
    )
    assert.equal(host.daemon.history.standing.stopped?.reason, 'it ended with exit status 3')
  }
  assert.equal(await up(), needed)
  host.machine.rebootStatus = 0
  assert.equal(await up('-r'), `did 0, now at 1, reboots for ${id}:1`)
  await comesBack()
  assert.equal(await up('--to', id), 'did 2, now at 3')
})

test('a reboot command that is killed may have begun what it was for: the reboot stays pending', async () => {
  for (const status of [137, 143]) {
    const { host, up } = await hostWith()
    host.machine.rebootStatus = status
    assert.equal(await up('-r'), `INTERRUPTED: the reboot command was stopped: it ended with exit status ${status}`)
    assert.deepEqual(host.daemon.history.standing.rebooting?.operation, { id: one.id, index: 1 })
    host.machine.bootAgain()
    assert.equal(await up('--to', id), 'did 2, now at 3')
  }
})

/** Runs `up -r` at every start of the host, as at boot, until all is done; the power fails once after `bytes` bytes. */
async function bootUntilDone(bytes: number, fate: 'lost' | 'kept' | 'chance') {
  const { cluster, host } = await hostWith()
  host.disk.bytesUntilPowerFailure = bytes
  for (let said = '', times = 0; !said.endsWith('now at 5') && times < 12; times += 1) {
    if (!host.isUp) await cluster.clock.until(host.start())
    said = describeOutcome(await cluster.ask('alder', 'up', '-r'))
    host.disk.bytesUntilPowerFailure = Number.POSITIVE_INFINITY
    if (said === 'died') host.crash(fate)
    await cluster.run(5_000)
  }
  cluster.end()
  return host.machine
}

test('whichever byte of the history a crash comes at, every reboot happens, and the rest is done once and behind it', async () => {
  for (const fate of ['lost', 'kept', 'chance'] as const) {
    for (let bytes = 0; bytes < 1_600; bytes += 53) {
      const machine = await bootUntilDone(bytes, fate)
      const { begun, boots } = machine
      assert.equal(machine.read('/data/log'), '1\n2\n3\n', `${bytes} bytes, ${fate}`)
      const asked = begun.filter((what) => what === 'reboot').length
      // A crash behind the note is a reboot, too: then the command need not run. One is begun twice, at most.
      assert.ok(asked >= 1 && asked <= 3, `${asked} reboots were asked for after ${bytes} bytes`)
      assert.ok(boots >= 3, `switched on ${boots} times after ${bytes} bytes`)
    }
  }
})

test('up --to stops behind an operation or a changeset, up --step behind one operation', async () => {
  const three = following(undefined, { operations: [step('1'), step('2'), step('3')] })
  const four = following(three, { operations: [step('4'), step('5')] })
  const { host, up } = await hostWith([three, four])
  assert.equal(await up('--step'), 'did 1, now at 1')
  assert.equal(await up('--to', `${three.id.slice(0, 12)}:1`), 'did 1, now at 2')
  assert.equal(await up('--to', `${three.id.slice(0, 12)}:0`), 'did 0, now at 2')
  assert.equal(await up('--to', four.id.slice(0, 4), '--step'), 'did 1, now at 3')
  assert.equal(await up('--to', three.id), 'did 0, now at 3')
  assert.equal(await up('--to', four.id), 'did 2, now at 5')
  const unknown = three.id.startsWith('0000') || four.id.startsWith('0000') ? '1111' : '0000'
  assert.equal(await up('--to', unknown), `NO_SUCH_OPERATION: no changeset of the branch begins with ${unknown}`)
  assert.equal(host.machine.read('/data/log'), '1\n2\n3\n4\n5\n')
})
