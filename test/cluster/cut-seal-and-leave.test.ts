/**
 * `seal` and `leave`, which work on the disk of a host that does not run, cut or failed at each of their disk calls: done
 * again they come to the same end, a sealed host is as far as it was, and of a domain that was left all is kept.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Disk } from '../../src/base/index.ts'
import type { Config } from '../../src/config/index.ts'
import { leave } from '../../src/daemon/leave-domain.ts'
import { sealDisk } from '../../src/daemon/seal.io.ts'
import { History } from '../../src/host/index.ts'
import { toLine } from '../../src/journal/changeset.ts'
import { Cluster } from '../sim/cluster.ts'
import { CutDisk } from '../sim/cut-disk.ts'
import type { UnsyncedFate } from '../sim/disk.ts'
import type { Fault, SimFileCalls } from '../sim/file-calls.ts'
import { seededRandom } from '../sim/random.ts'
import { chainOf } from './changesets.ts'

const home = '/is'

interface Cut {
  readonly kind: Fault
  readonly forAll?: boolean
  readonly fate: UnsyncedFate
}

const cuts: readonly Cut[] = [
  { kind: 'dies before', fate: 'lost' },
  { kind: 'dies before', fate: 'chance' },
  { kind: 'dies before', fate: 'kept' },
  { kind: 'EIO', fate: 'kept' },
  { kind: 'ENOSPC', forAll: true, fate: 'kept' },
]

/** A host that has done two of three operations, and was stopped. */
async function stopped() {
  const cluster = await Cluster.of(1, ['alder'])
  const host = cluster.host('alder')
  host.crash()
  const disk = new CutDisk()
  host.disk = disk
  await cluster.clock.until(host.start())
  await host.daemon.branch.take(chainOf(['one', 'two', 'three']).map(toLine), 'test')
  for (const _ of [1, 2]) await cluster.ask('alder', 'up', '--step')
  await cluster.ask('alder', 'hold', 'why')
  const { done } = host.daemon.history.standing
  assert.ok(done)
  await cluster.clock.until(host.stop())
  await disk.makeDirectory(`${home}/conf`)
  for (const name of ['host.key', 'machine-id', 'domain']) await disk.replaceFile(`${home}/conf/${name}`, `${name}\n`)
  return { cluster, host, disk, done }
}

/** Does it with a call that goes wrong, for every call and every cut; the disk that is left each time. */
async function* leftByCuts(
  calls: SimFileCalls,
  run: (disk: Disk) => Promise<void>,
): AsyncGenerator<{ readonly left: CutDisk; readonly where: string }> {
  const whole = new CutDisk(calls.copy(seededRandom(1)))
  await run(whole)
  const count = whole.calls.count
  assert.ok(count > 3)
  for (const { kind, forAll = false, fate } of cuts) {
    for (let at = 1; at <= count; at += 1) {
      const disk = new CutDisk(calls.copy(seededRandom(at)))
      disk.calls.fault = { at: disk.calls.count + at, kind, forAll }
      await run(disk).catch(() => undefined)
      disk.calls.fault = undefined
      yield { left: disk.crash(fate), where: `${kind} at call ${at}, ${disk.calls.made.at(-1)}, then ${fate}` }
    }
  }
}

test('seal, cut or failed at each of its disk calls, is finished by doing it again, and the host is as far as it was', async () => {
  const { cluster, host, disk, done } = await stopped()
  const doneOn = async (one: Disk): Promise<unknown> =>
    (await History.open(one, `${home}/conf/history`, cluster.clock)).standing.done
  const seal = (one: Disk): Promise<void> => sealDisk({ disk: one, clock: cluster.clock }, home, 'alder')
  for await (const { left, where } of leftByCuts(disk.calls, seal)) {
    // Who starts it without doing it again goes on from where it was.
    assert.deepEqual(await doneOn(left), done, where)
    await seal(left)
    for (const name of ['conf/host.key', 'conf/machine-id', 'conf/hold', 'branches/generic/state'])
      assert.equal(await left.readFile(`${home}/${name}`), undefined, `${name}: ${where}`)
    assert.deepEqual(await doneOn(left), done, where)
    host.disk = left
  }
  await cluster.clock.until(host.start())
  assert.equal(host.daemon.hold.value, undefined)
  assert.equal(host.daemon.branch.journal.length, 3)
  host.crash()
})

test('leave, cut or failed at each of its disk calls, is finished by doing it again, and all of the domain is kept', async () => {
  const { cluster, disk } = await stopped()
  const domain = 'sim.example'
  const leaving = async (disk: Disk): Promise<{ readonly operations: number; readonly directory: string }> => {
    const source = `${home}/conf/domain`
    const isThere = (await disk.readFile(source)) !== undefined
    const config = { home, domain: isThere ? { name: domain, source } : undefined, host: { short: 'alder' } }
    return leave({ disk, clock: cluster.clock, config: config as unknown as Config }, 'ann', domain)
  }
  const moved = ['conf/history', 'conf/domain', 'branches/generic/journal']
  const contents = await Promise.all(moved.map((name) => disk.readFile(`${home}/${name}`)))
  for await (const { left, where } of leftByCuts(disk.calls, async (one) => void (await leaving(one)))) {
    const isFinished = (await left.readFile(`${home}/branches/generic/journal`)) === undefined
    const again = await leaving(left).catch((error: unknown) => {
      // There is nothing of it any more once all of it was moved and that is on disk.
      assert.ok(isFinished, String(error))
      return { operations: 2, directory: `left/${domain}` }
    })
    assert.equal(again.operations, 2, where)
    for (const [index, name] of moved.entries()) {
      assert.equal(await left.readFile(`${home}/${name}`), undefined, `${name}: ${where}`)
      assert.deepEqual(await left.readFile(`${home}/${again.directory}/${name}`), contents[index], `${name}: ${where}`)
    }
  }
})
