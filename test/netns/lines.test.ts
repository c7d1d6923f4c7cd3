/** Networks as they are: IPv6 alone, a slow line, and one that carries less than its ends believe. */
import assert from 'node:assert/strict'
import { systemCalls } from '../../src/machine/system-calls.io.ts'
import { carryFile, meet } from '../harness/carry-file.ts'
import { until } from '../harness/lab.ts'
import { type NetHost, NetLab, netnsTest } from '../harness/netns.ts'

netnsTest('hosts with IPv6 alone find each other, and a slow line is given the time it needs', async (context) => {
  const lab = await NetLab.of(context, 'alder', 'birch')
  const [alder, birch] = lab.hosts as [NetHost, NetHost]
  for (const [index, host] of lab.hosts.entries()) {
    await host.types('ip addr flush dev eth0 scope global')
    await host.types(`ip -6 addr add fd99::${index + 1}/64 dev eth0 nodad`)
    await host.configure('IS_LISTEN = ::')
  }
  // Addresses of a link are not usable at the first moment.
  const isUsable = async (host: NetHost): Promise<boolean> =>
    !(await host.types('ip -6 addr')).stdout.includes('tentative')
  for (const host of lab.hosts) await until(() => isUsable(host), `${host.name} has its addresses`)
  await meet(lab)
  const { addresses } = (await alder.status()).mesh
  assert.ok(
    addresses.some((address) => address.startsWith('/ip6/fd99::1/tcp/65027/p2p/')),
    addresses.join(),
  )

  // One megabit a second: two megabytes take sixteen seconds, more than any wait for a sign of life.
  const refused = await lab.slow(alder, '1mbit', 'from')
  if (refused !== undefined) context.diagnostic(`the line is not made slow: ${refused}`)
  await carryFile(alder, birch, 2_000_000)
})

netnsTest(
  'a path that carries 1,300 bytes, and loses what is larger without a word, carries all that hosts say',
  async (t) => {
    if (systemCalls().calls === undefined) return t.skip('koffi is not here: this was NOT tested')
    const lab = await NetLab.of(t, 'alder', 'birch')
    const [alder, birch] = lab.hosts as [NetHost, NetHost]
    for (const host of lab.hosts) {
      // Each segment is a packet by itself, as on a wire.
      await host.types('ip link set eth0 gso_max_size 1500 gso_max_segs 1')
      await lab.narrow(host, 1_300)
    }
    await meet(lab)
    await carryFile(alder, birch, 1_000_000)
    await carryFile(birch, alder, 1_000_000)
  },
)
