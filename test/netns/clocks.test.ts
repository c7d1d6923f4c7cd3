/** Clocks decide nothing: hosts whose clocks are hours or decades apart are one domain. */
import assert from 'node:assert/strict'
import { assertRefused, until } from '../harness/lab.ts'
import { type NetHost, NetLab, netnsTest } from '../harness/netns.ts'
import { timeLibrary } from '../support/tools.ts'

const yearMs = 365.25 * 24 * 3_600_000

netnsTest(
  'hosts whose clocks are 3 hours and 30 years apart lock, check in, replay and show each other as one domain',
  async (t) => {
    const library = timeLibrary()
    if ('missing' in library) return t.skip(library.missing)
    const lab = await NetLab.of(t, 'alder', 'birch', 'cedar')
    const [alder, birch, cedar] = lab.hosts as [NetHost, NetHost, NetHost]
    // The daemon's time of day alone is wrong, as on such a host: what waits goes on as it does everywhere.
    const clocks: readonly (readonly [NetHost, string])[] = [
      [alder, '+3h'],
      [birch, '+0'],
      [cedar, '-30y'],
    ]
    for (const [host, ahead] of clocks) {
      const variables = `LD_PRELOAD=${library.path} FAKETIME=${ahead} FAKETIME_DONT_FAKE_MONOTONIC=1 NO_FAKE_STAT=1`
      await host.types(`${variables} isconf start`)
    }
    for (const host of lab.hosts) await host.untilConnectedTo(...lab.hosts.filter((other) => other !== host))
    let operations = 0
    for (const origin of lab.hosts) {
      const others = lab.hosts.filter((other) => other !== origin)
      await origin.does('lock', 'from', origin.name)
      for (const other of others) assertRefused(await other.run('lock', 'me too'), 220, `root@${origin.name}`)
      await origin.types(`echo ${origin.name} > /tmp/who`)
      await origin.does('snap', 'who')
      await origin.does('exec', 'sh', '-c', `echo ${origin.name} >> steps`)
      assert.match((await origin.does('ci')).stderr, /2 operations, stored on 3 hosts/)
      operations += 2
      for (const other of others) {
        await until(
          async () => (await other.status()).operations === operations,
          `${other.name} has heard of it`,
          60_000,
        )
        await other.does('up')
        assert.equal((await other.status()).pending, 0)
        assert.equal(await other.read('/tmp/who'), `${origin.name}\n`)
      }
    }
    for (const host of lab.hosts) {
      assert.equal(await host.read('/tmp/steps'), 'alder\nbirch\ncedar\n')
      const { warnings, mesh, lock } = await host.status()
      assert.deepEqual([warnings, mesh.unreached, lock], [[], [], null])
    }
    // The clocks were apart: what a person reads says when by the clock of whoever did it.
    const times = [...(await birch.does('log')).stdout.matchAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g)].map(([text]) =>
      Date.parse(text),
    )
    const [soonest, latest] = [Math.min(...times), Math.max(...times)]
    assert.ok(
      latest - soonest > 29 * yearMs,
      `${new Date(soonest).toISOString()} and ${new Date(latest).toISOString()}`,
    )
  },
)
