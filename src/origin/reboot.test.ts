/** `reboot` on the origin: what it records, what it keeps from being done before it, and what a crash leaves. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Cluster, codeOf } from '../../test/sim/cluster.ts'

async function lockedHost() {
  const cluster = await Cluster.of(1, ['alder'])
  const host = cluster.host('alder')
  await cluster.ask('alder', 'lock', 'because')
  await cluster.ask('alder', 'exec', 'append', '/data/log', '1')
  const says = async (...words: string[]): Promise<string> => codeOf(await cluster.ask('alder', ...words))
  /** Until the machine has gone down and come up again. */
  const comesBack = async (): Promise<void> => {
    await cluster.run(5_000)
    assert.equal(host.isUp, false, 'it has gone down')
    await cluster.clock.until(host.start())
  }
  const kinds = (): readonly string[] => host.daemon.work.operations.map(({ type }) => type)
  return { cluster, host, says, comesBack, kinds }
}

test('reboot is recorded before the machine goes down; lock and work are there after it, and can be checked in', async () => {
  const { host, says, comesBack, kinds } = await lockedHost()
  assert.equal(await says('reboot'), 'done')
  assert.deepEqual([kinds(), host.machine.begun.at(-1)], [['exec', 'reboot'], 'reboot'])
  await comesBack()
  assert.deepEqual(kinds(), ['exec', 'reboot'])
  assert.equal(await says('exec', 'append', '/data/log', '2'), 'done')
  assert.equal(await says('ci'), 'done')
  assert.equal(host.daemon.branch.journal.operationCount, 3)
})

test('until the machine has been rebooted nothing is recorded and nothing is checked in; reboot asks again', async () => {
  const { host, says, kinds } = await lockedHost()
  host.machine.onReboot = () => undefined
  assert.equal(await says('reboot'), 'done')
  host.machine.write('/etc/motd', 'hello\n')
  const refused = [['exec', 'append', '/data/log', '2'], ['snap', '/etc/motd'], ['ci']]
  for (const words of refused) assert.equal(await says(...words), 'REBOOT_PENDING', words.join(' '))
  assert.equal(await says('reboot'), 'done')
  assert.deepEqual(kinds(), ['exec', 'reboot'])
  assert.equal(host.machine.begun.filter((what) => what === 'reboot').length, 2)
  host.machine.bootAgain()
  for (const words of refused) assert.equal(await says(...words), 'done', words.join(' '))
})

test('a reboot that the command refuses is taken back, and the history says why', async () => {
  const { cluster, host, says, kinds } = await lockedHost()
  host.machine.rebootStatus = 3
  const outcome = await cluster.ask('alder', 'reboot')
  assert.deepEqual(outcome.type === 'failed' && [outcome.code, outcome.message], [
    'COMMAND_FAILED',
    'the reboot command ended with exit status 3',
  ])
  assert.deepEqual(kinds(), ['exec'])
  const history = Buffer.from((await host.disk.readFile('/is/conf/history')) ?? []).toString()
  assert.match(history, /"event":"rebootFailed","reason":"the reboot command ended with exit status 3"/)
  assert.equal(await says('exec', 'append', '/data/log', '2'), 'done')
  await cluster.clock.until(host.stop())
  await cluster.clock.until(host.start())
  assert.deepEqual(kinds(), ['exec', 'exec'])
})

test('a second try that fails leaves the first one pending: it may still come', async () => {
  const { host, says, kinds } = await lockedHost()
  host.machine.onReboot = () => undefined
  assert.equal(await says('reboot'), 'done')
  host.machine.rebootStatus = 1
  assert.equal(await says('reboot'), 'COMMAND_FAILED')
  assert.deepEqual(kinds(), ['exec', 'reboot'])
  assert.equal(await says('ci'), 'REBOOT_PENDING')
})

test('a reboot command that is killed may have begun what it was for: the reboot stays pending', async () => {
  const { host, says, kinds } = await lockedHost()
  host.machine.rebootStatus = 143
  assert.equal(await says('reboot'), 'INTERRUPTED')
  assert.deepEqual(kinds(), ['exec', 'reboot'])
  assert.equal(await says('ci'), 'REBOOT_PENDING')
})

test('reboot needs the lock', async () => {
  const cluster = await Cluster.of(1, ['alder'])
  assert.equal(codeOf(await cluster.ask('alder', 'reboot')), 'NOT_LOCKED')
  assert.deepEqual(cluster.host('alder').machine.begun, [])
})

/** A second reboot behind a first, so that neither is taken for the other, during which power or daemon fails. */
async function failingDuringReboot(kind: 'power' | 'daemon', bytes: number) {
  const alder = await lockedHost()
  const { cluster, host, says } = alder
  await says('reboot')
  await cluster.run(5_000)
  await cluster.clock.until(host.start())
  const { boots } = host.machine
  host.disk.bytesUntilPowerFailure = bytes
  await says('reboot')
  host.disk.bytesUntilPowerFailure = Number.POSITIVE_INFINITY
  if (kind === 'power') host.crash('chance')
  else host.kill()
  // Of a daemon that was killed the machine knows nothing.
  if (kind === 'daemon') host.machine.boots = boots
  await cluster.clock.until(host.start())
  return alder
}

for (const kind of ['power', 'daemon'] as const) {
  test(`whichever byte the ${kind} fails at, a reboot is recorded or it is not, and the work goes on`, async () => {
    for (let bytes = 0; bytes < 500; bytes += 7) {
      const { cluster, says, kinds } = await failingDuringReboot(kind, bytes)
      const isRecorded = kinds().length === 3
      assert.deepEqual(kinds(), ['exec', 'reboot', ...(isRecorded ? ['reboot'] : [])], `${bytes} bytes`)
      const expected = isRecorded && kind === 'daemon' ? 'REBOOT_PENDING' : 'done'
      assert.equal(await says('exec', 'append', '/data/log', '2'), expected, `${bytes} bytes`)
      cluster.end()
    }
  })
}
