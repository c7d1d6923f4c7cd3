import assert from 'node:assert/strict'
import { createPublicKey, verify } from 'node:crypto'
import test from 'node:test'
import { generic } from '../../../test/cluster/changesets.ts'
import { SimClock } from '../../../test/sim/clock.ts'
import { keyFrom } from '../../../test/sim/cluster-key.ts'
import { SimDisk } from '../../../test/sim/disk.ts'
import { SimNetwork, type SimTransport } from '../../../test/sim/network.ts'
import { seededRandom } from '../../../test/sim/random.ts'
import { silentLog } from '../../base/index.ts'
import { ask } from '../../mesh/index.ts'
import type { OwnWords } from '../announcement.ts'
import { signRecord, type VerifyRecord } from './host-record.ts'
import { Inventory } from './inventory.ts'

const isSigned: VerifyRecord = (peer, bytes, signature) =>
  verify(null, bytes, createPublicKey(keyFrom(peer)), signature)

interface Host {
  readonly inventory: Inventory
  readonly transport: SimTransport
  words: OwnWords
  /** What it has heard of machines that have its key. */
  readonly copies: string[]
}

/** Hosts in a row, each connected to the next, that all know themselves alone; `alder's copy` has the key of alder. */
async function row(...names: readonly string[]) {
  const clock = new SimClock()
  const network = new SimNetwork(clock, seededRandom(1))
  const disks = new Map(names.map((name) => [name, new SimDisk(seededRandom(2))]))
  const start = async (name: string): Promise<Host> => {
    const peerId = name.replace(/'s copy$/, '')
    const transport = network.transport(name, { peerId })
    const disk = disks.get(name) ?? new SimDisk(seededRandom(3))
    const host: Host = {
      transport,
      words: { host: name },
      copies: [],
      inventory: new Inventory({
        ...{ transport, clock, random: seededRandom(4), log: silentLog, disk, path: '/hosts', isSigned },
        key: keyFrom(peerId),
        onOwnKey: (where) => void host.copies.push(where),
        words: () => host.words,
        addresses: () => [transport.address],
      }),
    }
    await host.inventory.open()
    host.inventory.start()
    return host
  }
  const hosts: Host[] = []
  for (const name of names) hosts.push(await start(name))
  for (const [index, { transport }] of hosts.entries()) {
    const next = hosts[index + 1]
    if (next) await clock.until(transport.dial(next.transport.address))
  }
  const level = async (): Promise<void> => {
    for (const { inventory, transport } of hosts) {
      for (const { id } of transport.peers()) await clock.until(inventory.level(id))
    }
  }
  const wipe = (name: string): void => void disks.set(name, new SimDisk(seededRandom(5)))
  return { clock, hosts: hosts as [Host, Host, Host], level, start, wipe }
}

const namesOf = ({ inventory }: Host): readonly string[] =>
  inventory
    .all()
    .map(({ name }) => name)
    .sort()

test('every host comes to know every other, also those that it is not connected to, and where they can be dialed', async () => {
  const { hosts, level } = await row('alder', 'birch', 'cedar', 'elder')
  for (let round = 0; round < 3; round += 1) await level()
  assert.deepEqual(hosts.map(namesOf)[0], ['birch', 'cedar', 'elder'])
  const [alder] = hosts
  assert.deepEqual(
    alder.inventory
      .sample(10)
      .map(({ address }) => address)
      .sort(),
    ['sim:birch', 'sim:cedar', 'sim:elder'],
  )
  assert.equal(new Set(hosts.map(({ inventory }) => inventory.digest())).size, 1)
})

test('that a host is stopped is known everywhere at once, and what only changed when there is time', async () => {
  const { clock, hosts, level } = await row('alder', 'birch', 'cedar')
  await level()
  const [alder, , cedar] = hosts
  const stopped = { id: 'a'.repeat(64), index: 0, why: 'it ended with exit status 1' } as NonNullable<
    OwnWords['stopped']
  >
  alder.words = { host: 'alder', stopped }
  await clock.run(10_000)
  const known = cedar.inventory.all().find(({ name }) => name === 'alder')
  assert.deepEqual(known?.stopped, stopped)
  const at: OwnWords['at'] = { branch: generic, done: null, release: '9' }
  alder.words = { host: 'alder', stopped, at }
  const releaseOf = (): string | undefined => cedar.inventory.all().find(({ name }) => name === 'alder')?.at?.release
  await clock.run(10_000)
  assert.equal(releaseOf(), undefined)
  await level()
  assert.equal(releaseOf(), '9')
})

test('of what a neighbour has told directly and its word to everybody the newer counts', async () => {
  const { clock, hosts } = await row('alder', 'birch')
  const [alder, birch] = hosts
  const heard = { host: 'alder' }
  birch.inventory.heard(alder.transport.self, heard)
  await clock.run(1_000)
  alder.words = { host: 'maple' }
  await clock.run(10_000)
  assert.deepEqual(namesOf(birch), ['maple'])
  birch.inventory.heard(alder.transport.self, heard)
  assert.deepEqual(namesOf(birch), ['alder'])
  birch.inventory.lost(alder.transport.self)
  assert.deepEqual(namesOf(birch), ['alder'])
})

test('a host that is off stays known, also after a restart, with the time when it was heard last', async () => {
  const { clock, hosts, level, start } = await row('alder', 'birch', 'cedar')
  for (let round = 0; round < 2; round += 1) await level()
  const [alder, birch, cedar] = hosts
  cedar.transport.crash()
  await cedar.inventory.stop()
  await clock.run(3_600_000)
  await alder.inventory.stop()
  alder.transport.crash()
  const again = await start('alder')
  const known = again.inventory.all().find(({ name }) => name === 'cedar')
  assert.ok(known && Math.abs(Date.parse(known.seen) - Date.UTC(2030, 0, 1)) < 60_000, known?.seen)
  assert.deepEqual(namesOf(birch), ['alder', 'cedar'])
})

test('a host whose disk was lost goes on counting where the others are', async () => {
  const { clock, hosts, level, start, wipe } = await row('alder', 'birch')
  const [alder, birch] = hosts
  for (const name of ['one', 'two', 'three']) {
    alder.words = { host: name }
    await clock.run(10_000)
  }
  await level()
  assert.deepEqual(namesOf(birch), ['three'])
  await alder.inventory.stop()
  alder.transport.crash()
  wipe('alder')
  const again = await start('alder')
  await clock.until(again.transport.dial('sim:birch'))
  for (let round = 0; round < 3; round += 1) {
    await clock.until(again.inventory.level(birch.transport.self))
    await clock.run(10_000)
  }
  assert.deepEqual(namesOf(birch), ['alder'])
})

test('what a host is made to say by another is not believed', async () => {
  const { clock, hosts } = await row('alder', 'birch', 'cedar')
  const [alder, birch] = hosts
  const record = {
    peer: birch.transport.self,
    count: 7,
    time: '2030-01-01T00:00:00.000Z',
    addresses: ['sim:rogue'],
    host: 'gotcha',
  }
  const give = [
    { ...signRecord(record, keyFrom('rogue')), ageMs: 0 },
    { said: 'no record', signature: signRecord(record, keyFrom('birch')).signature, ageMs: 0 },
    { ...signRecord({ ...record, host: 'true' }, keyFrom('birch')), ageMs: 0 },
  ]
  const tell = (given: typeof give): Promise<unknown> =>
    clock.until(
      ask(
        birch.transport,
        alder.transport.self,
        '/isconf/hosts/1',
        { type: 'swap', give: given, want: [] },
        limits(clock),
      ),
    )
  await tell(give.slice(0, 2))
  assert.deepEqual(namesOf(alder), [])
  await tell(give)
  assert.deepEqual(namesOf(alder), ['true'])
  await assert.rejects(tell(Array.from({ length: 51 }, () => give[2] as never)))
})

function limits(clock: SimClock) {
  return { timeoutMs: 5_000, clock, answerBytesMax: 1024 * 1024 }
}

test('two machines with one key that never meet are told of each other, once, and speak no more of it', async () => {
  const { clock, hosts, level } = await row('alder', 'birch', 'cedar', "alder's copy")
  const [alder, , , copy] = hosts as readonly Host[]
  alder!.words = { host: 'maple' }
  for (let round = 0; round < 10; round += 1) {
    await clock.run(6_000)
    await level()
  }
  assert.deepEqual([alder!.copies, copy!.copies], [["alder's copy at sim:alder's copy"], ['maple at sim:alder']])
  const before = [...hosts].map(({ inventory }) => inventory.digest())
  await clock.run(100_000)
  for (let round = 0; round < 4; round += 1) await level()
  const after = [...hosts].map(({ inventory }) => inventory.digest())
  assert.equal(new Set([...before, ...after]).size, 1)
})

test('a host that begins with an earlier disk, or is started again and again, hears of no copy', async () => {
  const { clock, hosts, level, start, wipe } = await row('alder', 'birch', 'cedar')
  let alder: Host = hosts[0]
  for (const isWiped of [false, true, false, true]) {
    alder.words = { host: `again ${isWiped}` }
    for (let round = 0; round < 4; round += 1) {
      await clock.run(6_000)
      await level()
    }
    assert.deepEqual(alder.copies, [])
    await alder.inventory.stop()
    alder.transport.crash()
    if (isWiped) wipe('alder')
    alder = await start('alder')
    await clock.until(alder.transport.dial('sim:birch'))
    await clock.until(alder.inventory.level(hosts[1].transport.self))
  }
})

test('who has the short name of a host and is here now is its namesake, and nobody who only had it before', async () => {
  const { clock, hosts, level, start, wipe } = await row('alder', 'birch', 'cedar')
  const [alder, birch, cedar] = hosts
  birch.words = { host: 'db1' }
  cedar.words = { host: 'db1.nyc' }
  await clock.run(10_000)
  for (let round = 0; round < 3; round += 1) await level()
  assert.ok(namesOf(alder).includes('db1.nyc'))
  const namesakes = (): readonly string[] => alder.inventory.namesakes('db1').map(({ name }) => name)
  alder.inventory.heard(birch.transport.self, birch.words)
  // Of cedar only what it was when alder came is known.
  assert.deepEqual(namesakes(), ['db1'])
  cedar.words = { host: 'db1.fra' }
  await clock.run(10_000)
  for (let round = 0; round < 3; round += 1) await level()
  assert.deepEqual([...namesakes()].sort(), ['db1', 'db1.fra'])
  cedar.transport.crash()
  await cedar.inventory.stop()
  await clock.run(3_600_000)
  assert.deepEqual(namesakes(), ['db1'])
  await alder.inventory.stop()
  alder.transport.crash()
  wipe('alder')
  assert.deepEqual((await start('alder')).inventory.namesakes('db1'), [])
})
