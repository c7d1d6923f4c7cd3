import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SimClock } from '../../test/sim/clock.ts'
import { SimDisk } from '../../test/sim/disk.ts'
import { SimNetwork } from '../../test/sim/network.ts'
import { seededRandom } from '../../test/sim/random.ts'
import { silentLog } from '../base/index.ts'
import { LearnedAddresses, learnedPeersMax } from './learned-addresses.ts'

const path = '/is/conf/peers'

async function world() {
  const clock = new SimClock()
  const random = seededRandom(1)
  const network = new SimNetwork(clock, random, {})
  const disk = new SimDisk(seededRandom(2))
  await disk.makeDirectory('/is/conf')
  const transport = network.transport('alder')
  const open = (): Promise<LearnedAddresses> => LearnedAddresses.open({ disk, clock, log: silentLog, transport, path })
  const read = async (): Promise<string> => Buffer.from((await disk.readFile(path)) ?? []).toString()
  const made = new Set<string>()
  const meet = async (name: string): Promise<void> => {
    if (!made.has(name)) network.transport(name)
    made.add(name)
    const dialed = transport.dial(`sim:${name}`)
    await clock.run(1_000)
    await dialed
  }
  return { clock, network, disk, transport, open, read, meet }
}

test('LearnedAddresses notes within seconds who is met, and knows it after a restart', async () => {
  const { clock, open, read, meet } = await world()
  const learned = await open()
  learned.start()
  assert.deepEqual(learned.addresses(), [])
  await meet('birch')
  await clock.run(10_000)
  assert.equal(await read(), '0 birch sim:birch\n')
  assert.deepEqual(learned.addresses(), ['sim:birch'])
  await learned.stop()
  assert.deepEqual((await open()).addresses(), ['sim:birch'])
})

test('LearnedAddresses notes on stop what it has not noted yet', async () => {
  const { open, read, meet } = await world()
  const learned = await open()
  learned.start()
  await meet('birch')
  assert.equal(await read(), '')
  await learned.stop()
  assert.equal(await read(), '0 birch sim:birch\n')
})

test('LearnedAddresses writes only when something has changed', async () => {
  const { clock, disk, open, meet } = await world()
  const learned = await open()
  learned.start()
  await meet('birch')
  await clock.run(10_000)
  let writes = 0
  const { replaceFile } = disk
  disk.replaceFile = (...words) => {
    writes += 1
    return replaceFile.apply(disk, words)
  }
  await clock.run(60_000)
  assert.equal(writes, 0)
})

test('LearnedAddresses forgets a host that ten starts have not met, and counts anew when it is met', async () => {
  const { clock, network, open, read, meet } = await world()
  await meet('birch')
  await (await open()).stop()
  network.cut('alder', 'birch')
  await clock.run(60_000)
  for (let start = 1; start <= 10; start += 1) {
    const learned = await open()
    assert.deepEqual(learned.addresses(), ['sim:birch'], `start ${start}`)
    await learned.stop()
  }
  assert.equal(await read(), '10 birch sim:birch\n')
  network.heal('alder', 'birch')
  const learned = await open()
  assert.deepEqual(learned.addresses(), [])
  await meet('birch')
  await learned.stop()
  assert.equal(await read(), '0 birch sim:birch\n')
})

test('LearnedAddresses keeps a bounded number, those met last', async () => {
  const { disk, open, read, meet } = await world()
  const old = Array.from({ length: 100 }, (_, index) => `3 old${index} sim:old${index}\n`).join('')
  await disk.replaceFile(path, old)
  const learned = await open()
  assert.equal(learned.addresses().length, learnedPeersMax)
  await meet('birch')
  await learned.stop()
  const lines = (await read()).trimEnd().split('\n')
  assert.deepEqual([lines.length, lines[0], lines[1]], [learnedPeersMax, '0 birch sim:birch', '4 old0 sim:old0'])
})

test('LearnedAddresses leaves out what it can not read', async () => {
  const { disk, open } = await world()
  await disk.replaceFile(path, 'nonsense\n\n1 birch\nx cedar sim:cedar\n2 dogwood sim:dogwood\n\0\xff 1')
  assert.deepEqual((await open()).addresses(), ['sim:dogwood'])
  await disk.replaceFile(path, new Uint8Array(100_000).fill(49))
  assert.deepEqual((await open()).addresses(), [])
})
