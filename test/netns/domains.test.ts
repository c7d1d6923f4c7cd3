/** Domains that share one network, and find their own by themselves. */
import assert from 'node:assert/strict'
import { until } from '../harness/lab.ts'
import { type NetHost, NetLab, netnsTest } from '../harness/netns.ts'

netnsTest('two domains on one network find their own, and neither caches nor answers for the other', async (t) => {
  const lab = await NetLab.of(t, 'alder', 'birch', 'cedar', 'dogwood')
  const [alder, birch, cedar, dogwood] = lab.hosts as [NetHost, NetHost, NetHost, NetHost]
  for (const host of [cedar, dogwood]) {
    await host.types('echo other.example.com > /var/is/conf/domain')
    // It is told of all, and still knows its own only.
    await host.configure('IS_NETS = /etc/is/nets')
    await host.knows(alder, birch, cedar, dogwood)
  }
  await lab.start()
  await alder.untilConnectedTo(birch)
  await cedar.untilConnectedTo(dogwood)
  await until(async () => (await alder.status()).mesh.refused > 0, 'alder has turned hosts of the other domain away')

  // Both at once: a lock in one domain is nothing to the other, whose branch has the same name.
  for (const origin of [alder, cedar]) await origin.does('lock', 'from', origin.name)
  for (const origin of [alder, cedar]) {
    await origin.types(`echo secret of ${origin.name} > secret`)
    await origin.does('snap', 'secret')
    await origin.does('ci')
  }
  for (const [origin, target] of [
    [alder, birch],
    [cedar, dogwood],
  ] as const) {
    await until(async () => (await target.status()).operations === 1, `${target.name} hears of it`)
    await target.does('up')
    assert.equal(await target.read('/tmp/secret'), `secret of ${origin.name}\n`)
  }
  for (const [host, own, other] of [
    [birch, alder, cedar],
    [dogwood, cedar, alder],
  ] as const) {
    assert.equal((await host.status()).operations, 1)
    // Its files and its journal hold what is its domain's, and not a word of the other's.
    for (const what of ['secret of', 'from']) {
      assert.equal((await host.sh(`grep -rq '${what} ${own.name}' /var/is`)).status, 0)
      const found = await host.sh(`grep -r '${what} ${other.name}' /var/is`)
      assert.equal(found.status, 1, found.stdout)
    }
  }
})
