/** A hundred simulated hosts: what holds at every size, in seconds. The figures for more: `npm run sim -- --size N`. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connectionsMax, neighboursMax, neighboursMin } from '../../src/mesh/neighbours.ts'
import { Fleet, sum } from '../sim/fleet.ts'
import type { FleetHost } from '../sim/fleet-host.ts'
import { rates } from './size.ts'

const hosts = 100

test('a hundred hosts that know two of them find each other, and each has a bounded number of neighbours', async () => {
  const fleet = new Fleet({ seed: 1, hosts, latencyMs: 20, haveMet: false })
  try {
    await fleet.start(20_000)
    // As fast as records come by comparing alone.
    for (let round = 0; round < 60 && fleet.hosts.some(({ knownHosts }) => knownHosts < hosts); round += 1) {
      await fleet.run(10_000)
    }
    await fleet.run(30_000)
    const { fewest, most, peak } = fleet.connections()
    assert.ok(fewest >= neighboursMin - 1 && most <= neighboursMax, `${fewest} to ${most} connections`)
    assert.ok(peak <= connectionsMax, `${peak} connections at some time`)
    for (const host of fleet.hosts) assert.equal(host.knownHosts, hosts, host.name)
    const [by] = fleet.hosts
    assert.ok(by)
    await fleet.checkIn(by)
    const { all } = await fleet.spread(fleet.hosts, fleet.clock.monotonicMs(), 60_000)
    assert.ok(all < 5_000, `the last host had the change after ${all} ms`)
    await fleet.run(60_000)
    const idle = await fleet.bytesPerSecond(() => fleet.run(120_000))
    // They meet others three times as often as the hosts of a larger fleet.
    assert.ok(sum([...idle.values()]) <= 250, `idle, bytes/s: ${rates(idle)}`)
  } finally {
    fleet.end()
  }
})

test('hosts that are switched on together, or lose a third of the others, keep the bound and stay one graph', async () => {
  const fleet = new Fleet({ seed: 2, hosts, latencyMs: 20, haveMet: true })
  const lost = fleet.hosts.filter((_, index) => index % 3 === 0)
  try {
    await fleet.start(5_000)
    await fleet.run(60_000)
    assertNeighbours(fleet, connectionsMax)
    for (const host of lost) host.crash()
    await fleet.run(60_000)
    assertNeighbours(fleet, neighboursMax)
    await fleet.clock.until(Promise.all(lost.map((host) => host.start())))
    await fleet.run(60_000)
    assertNeighbours(fleet, connectionsMax)
    // Long enough for each to meet others that it need not meet, which costs nobody more connections.
    await fleet.run(300_000)
    assertNeighbours(fleet, neighboursMax)
  } finally {
    fleet.end()
  }
})

test('a host that a crowd of members turns to again and again keeps the bound and is not cut off from the others', async () => {
  const fleet = new Fleet({ seed: 3, hosts: 40, latencyMs: 20, haveMet: true })
  try {
    await fleet.start(5_000)
    await fleet.run(60_000)
    fleet.connections()
    const [by, crowded] = fleet.hosts
    assert.ok(by && crowded)
    const crowd = Array.from({ length: 50 }, (_, index) => fleet.network.transport(`crowd-${index}`))
    for (let second = 0; second < 40; second += 1) {
      for (const one of crowd) one.dial(crowded.life.transport.address).catch(() => undefined)
      await fleet.run(1_000)
    }
    assert.equal(fleet.connections().peak, connectionsMax)
    const others = crowded.life.transport.peers().filter(({ id }) => !id.startsWith('crowd-'))
    assert.ok(others.length >= 4, `${others.length} others`)
    await fleet.checkIn(by)
    const { all } = await fleet.spread(fleet.hosts, fleet.clock.monotonicMs(), 60_000)
    assert.ok(all < 5_000, `the last host had the change after ${all} ms`)
  } finally {
    fleet.end()
  }
})

function assertNeighbours(fleet: Fleet, peakMax: number): void {
  const { fewest, most, peak } = fleet.connections()
  assert.ok(fewest >= neighboursMin && most <= neighboursMax, `${fewest} to ${most} connections`)
  assert.ok(peak <= peakMax, `${peak} connections at some time`)
  assert.equal(fleet.connectedTo(fleet.up[0]), fleet.up.length, 'the graph of all hosts')
}

for (const seed of [1, 2, 3]) {
  test(`what one of thirty hosts newly says of itself is known to all within seconds (seed ${seed})`, async () => {
    const fleet = new Fleet({ seed, hosts: 30, latencyMs: 20, haveMet: true })
    try {
      await fleet.start(5_000)
      await fleet.run(60_000)
      const [by, ...others] = fleet.hosts
      assert.ok(by?.words.at)
      by.words = { ...by.words, at: { ...by.words.at, release: '5.0.1' } }
      await fleet.run(10_000)
      const release = (host: FleetHost) =>
        host.life.replicator.inventory.all().find(({ peer }) => peer === by.name)?.at?.release
      assert.deepEqual(
        others.filter((host) => release(host) !== '5.0.1').map(({ name }) => name),
        [],
      )
    } finally {
      fleet.end()
    }
  })
}
