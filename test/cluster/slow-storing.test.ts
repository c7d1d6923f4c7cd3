/** What `ci` says of a host that needs a while to store what was checked in. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sleep } from '../../src/base/index.ts'
import { Cluster } from '../sim/cluster.ts'

for (const [fetchMs, journalHosts] of [
  [1_000, 3],
  [3_000, 3],
  [8_000, 2],
] as const) {
  test(`of three hosts ci counts ${journalHosts} where one fetches the changeset for ${fetchMs} ms`, async () => {
    const cluster = await Cluster.of(1, ['alder', 'birch', 'cedar'])
    for (const words of [
      ['lock', 'a change'],
      ['exec', 'append', '/data/log', 'one'],
    ])
      await cluster.ask('alder', ...words)
    const { transport } = cluster.host('cedar')
    const openStream = transport.openStream.bind(transport)
    transport.openStream = async (peer, protocol, signal) => {
      if (protocol === '/isconf/journal/1') await sleep(cluster.clock, fetchMs)
      return openStream(peer, protocol, signal)
    }
    const outcome = await cluster.ask('alder', 'ci')
    assert.equal(outcome.type, 'done')
    assert.partialDeepStrictEqual(outcome, { result: { journalHosts } })
    await cluster.run(10_000)
    assert.equal(cluster.branch('cedar').journal.length, 1)
    cluster.end()
  })
}
