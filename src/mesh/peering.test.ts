import assert from 'node:assert/strict'
import test from 'node:test'
import { SimClock } from '../../test/sim/clock.ts'
import { SimNetwork } from '../../test/sim/network.ts'
import { seededRandom } from '../../test/sim/random.ts'
import type { SimTransport } from '../../test/sim/sim-transport.ts'
import { silentLog } from '../base/index.ts'
import { Peering } from './peering.ts'

function world(faults = {}) {
  const clock = new SimClock()
  const random = seededRandom(1)
  const network = new SimNetwork(clock, random, faults)
  const keepPeers = (
    transport: SimTransport,
    addresses: () => readonly string[],
    hints: () => readonly string[] = () => [],
  ): Peering => {
    const peering = new Peering({ transport, clock, random, log: silentLog, addresses, hints })
    peering.start()
    return peering
  }
  return { clock, network, keepPeers }
}

/** Counts the dials of a transport, with the moment of each. */
function dialTimes(transport: SimTransport, clock: SimClock): number[] {
  const times: number[] = []
  const dial = transport.dial.bind(transport)
  transport.dial = (address, signal) => {
    times.push(clock.monotonicMs())
    return dial(address, signal)
  }
  return times
}

test('the first dial comes at once, and a lost peer is found again', async () => {
  const { clock, network, keepPeers } = world()
  const [alder] = [network.transport('alder'), network.transport('birch')]
  const times = dialTimes(alder, clock)
  const peering = keepPeers(alder, () => ['sim:birch'])
  assert.deepEqual(times, [0])
  await clock.run(100)
  assert.deepEqual(
    peering.states().map(({ state, peer }) => [state, peer]),
    [['connected', 'birch']],
  )
  await clock.run(60_000)
  assert.equal(times.length, 1, 'a connected address is left alone')
  network.cut('alder', 'birch')
  const cutMs = clock.monotonicMs()
  await clock.run(60_000)
  const redialMs = (times[1] ?? 0) - cutMs
  assert.ok(redialMs >= 500 && redialMs <= 1_010, `dialed again after ${redialMs} ms, not at once with all others`)
  assert.deepEqual(
    peering.states().map(({ state, failure }) => [state, failure]),
    [['waiting', 'sim:birch: no answer']],
  )
  network.heal('alder', 'birch')
  await clock.run(40_000)
  assert.equal(alder.peers().length, 1)
})

test('the wait doubles from 1 s to 30 s, each time shortened by chance to no less than half', async () => {
  const { clock, network, keepPeers } = world({ latencyMsMin: 0, latencyMsMax: 0 })
  const alder = network.transport('alder')
  const times = dialTimes(alder, clock)
  keepPeers(alder, () => ['sim:nobody'])
  await clock.run(300_000)
  const waits = times.slice(1).map((time, index) => time - (times[index] ?? 0))
  const limits = [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]
  for (const [index, limit] of limits.entries()) {
    const wait = waits[index] ?? 0
    assert.ok(wait >= limit / 2 && wait <= limit, `wait ${index} is ${wait}, of ${limit}`)
  }
})

test('an address whose connections never last is dialed less and less often', async () => {
  const { clock, network, keepPeers } = world()
  const alder = network.transport('alder')
  network.transport('birch')
  const times = dialTimes(alder, clock)
  alder.onPeer(({ type }) => {
    if (type === 'up') network.cut('alder', 'birch')
    else network.heal('alder', 'birch')
  })
  keepPeers(alder, () => ['sim:birch'])
  await clock.run(120_000)
  assert.ok(times.length > 5 && times.length < 15, `dialed ${times.length} times in two minutes`)
})

test('an address of its own is not dialed again soon', async () => {
  const { clock, network, keepPeers } = world()
  const alder = network.transport('alder')
  const times = dialTimes(alder, clock)
  const peering = keepPeers(alder, () => ['sim:alder'])
  await clock.run(300_000)
  assert.equal(times.length, 1)
  assert.equal(peering.states()[0]?.state, 'own')
})

test('an address that is added is dialed within 10 s, one that is removed no longer', async () => {
  const { clock, network, keepPeers } = world()
  const [alder] = [network.transport('alder'), network.transport('birch')]
  let addresses = ['sim:nobody']
  const peering = keepPeers(alder, () => addresses)
  await clock.run(2_000)
  addresses = ['sim:birch']
  await clock.run(10_000)
  assert.deepEqual(
    peering.states().map(({ address, state }) => [address, state]),
    [['sim:birch', 'connected']],
  )
})

test('at rest an address that is added is dialed when that is told, and what is lost as soon as ever', async () => {
  const { clock, network } = world()
  const [alder] = [network.transport('alder'), network.transport('birch')]
  let addresses: readonly string[] = []
  let reads = 0
  const peering = new Peering({
    ...{ transport: alder, clock, random: seededRandom(1), log: silentLog, isAtRest: () => true },
    addresses: () => {
      reads += 1
      return addresses
    },
  })
  peering.start()
  await clock.run(600_000)
  assert.ok(reads < 12, `looked at the addresses ${reads} times in ten minutes`)
  addresses = ['sim:birch']
  peering.look()
  await clock.run(1_000)
  assert.equal(peering.states()[0]?.state, 'connected')
  network.cut('alder', 'birch')
  await clock.run(1_000)
  network.heal('alder', 'birch')
  await clock.run(10_000)
  assert.equal(peering.states()[0]?.state, 'connected')
})

test('hosts that list each other and themselves all meet, and stop() ends it', async () => {
  const { clock, network, keepPeers } = world()
  const names = ['alder', 'birch', 'cedar', 'elder']
  const hosts = names.map((name) => network.transport(name))
  const events: string[] = []
  for (const host of hosts) host.onPeer(({ type, peer }) => events.push(`${host.name} ${peer} ${type}`))
  const peerings = hosts.map((host) => keepPeers(host, () => names.map((name) => `sim:${name}`)))
  await clock.run(120_000)
  assert.deepEqual(
    hosts.map((host) => host.peers().length),
    [3, 3, 3, 3],
  )
  assert.equal(events.length, 12, 'nobody came and went')
  for (const peering of peerings) peering.stop()
  network.cut('alder', 'birch')
  network.heal('alder', 'birch')
  await clock.run(120_000)
  assert.equal(hosts[0]?.peers().length, 2)
})

test('where nobody was is dialed soon after somebody has come, and not for each of many that come', async () => {
  const { clock, network, keepPeers } = world({ latencyMsMin: 0, latencyMsMax: 0 })
  const [alder, birch] = [network.transport('alder'), network.transport('birch')]
  const others = Array.from({ length: 20 }, (_, index) => network.transport(`other${index}`))
  network.cut('alder', 'birch')
  const peering = keepPeers(alder, () => ['sim:birch', 'sim:nobody'])
  // Neither is dialed by itself in the next seconds.
  await clock.run(110_000)
  assert.equal(peering.states()[0]?.failure, 'sim:birch: no answer')
  network.heal('alder', 'birch')
  const times = dialTimes(alder, clock)
  const cameMs = clock.monotonicMs()
  await Promise.all([birch?.dial('sim:alder'), clock.run(1_010)])
  assert.equal(peering.states()[0]?.state, 'connected')
  assert.ok(
    times.every((time) => time - cameMs >= 500),
    'not at once with all others to whom it came',
  )
  for (const other of others) await Promise.all([other.dial('sim:alder'), clock.run(100)])
  assert.ok(times.length <= 3, `dialed ${times.length} times`)
})

test('no more than eight addresses are dialed at once', async () => {
  const { clock, network, keepPeers } = world()
  const alder = network.transport('alder')
  let most = 0
  network.partition([['alder']])
  const peering = keepPeers(alder, () => Array.from({ length: 50 }, (_, index) => `sim:host${index}`))
  for (let round = 0; round < 100; round += 1) {
    await clock.run(500)
    most = Math.max(most, peering.states().filter(({ state }) => state === 'dialing').length)
  }
  assert.equal(most, 8)
  assert.ok(
    peering.states().every(({ failure }) => failure !== undefined),
    'each had its turn',
  )
})

test('settled() waits until every address was tried once, and for a silent one no longer than its limit', async () => {
  const { clock, network, keepPeers } = world()
  const [alder, birch] = [network.transport('alder'), network.transport('birch'), network.transport('cedar')]
  assert.ok(alder && birch)
  let settledMs = Number.NaN
  const peering = keepPeers(alder, () => ['sim:birch', 'sim:nobody'])
  void peering.settled(5_000).then(() => {
    settledMs = clock.monotonicMs()
  })
  await clock.run(0)
  assert.ok(Number.isNaN(settledMs), 'not before anybody could answer')
  await clock.run(4_000)
  assert.equal(alder.peers().length, 1)
  assert.ok(settledMs < 4_000, 'a refusal is an answer')

  network.hang('cedar')
  const other = keepPeers(birch, () => ['sim:cedar'])
  settledMs = Number.NaN
  void other.settled(5_000).then(() => {
    settledMs = clock.monotonicMs()
  })
  const beganMs = clock.monotonicMs()
  await clock.run(60_000)
  assert.equal(settledMs - beganMs, 5_000)
})

test('settled() does not wait where no address is configured', async () => {
  const { network, keepPeers } = world()
  await keepPeers(network.transport('alder'), () => []).settled(5_000)
})

test('hints are dialed besides, and dead ones keep no configured address waiting', async () => {
  const { clock, network, keepPeers } = world()
  const [alder] = [network.transport('alder'), network.transport('birch')]
  const dead = Array.from({ length: 32 }, (_, index) => `sim:dead${index}`)
  for (const address of dead) network.cut('alder', address.slice(4))
  let configured: readonly string[] = []
  const peering = keepPeers(
    alder,
    () => configured,
    () => dead,
  )
  await clock.run(1_000)
  const dialing = (): number => peering.states().filter(({ state }) => state === 'dialing').length
  assert.equal(dialing(), 4)
  configured = ['sim:birch']
  await clock.run(6_000)
  assert.deepEqual(
    alder.peers().map(({ id }) => id),
    ['birch'],
  )
  assert.ok(dialing() <= 4)
  peering.stop()
})

test('a hint that is a host is connected to', async () => {
  const { clock, network, keepPeers } = world()
  const [alder] = [network.transport('alder'), network.transport('birch')]
  keepPeers(
    alder,
    () => [],
    () => ['sim:birch'],
  )
  await clock.run(1_000)
  assert.equal(alder.peers().length, 1)
})
