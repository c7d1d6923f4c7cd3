/** Networks as they are: IPv6 alone, a slow line, and one that carries less than its ends believe. */
import assert from 'node:assert/strict'
import { systemCalls } from '../../src/machine/system-calls.io.ts'
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
  await lab.start()
  await alder.untilConnectedTo(birch)
  await birch.untilConnectedTo(alder)
  const { addresses } = (await alder.status()).mesh
  assert.ok(
    addresses.some((address) => address.startsWith('/ip6/fd99::1/tcp/65027/p2p/')),
    addresses.join(),
  )

  // One megabit a second: two megabytes take sixteen seconds, more than any wait for a sign of life.
  const slow = await alder.sh('tc qdisc add dev eth0 root tbf rate 1mbit burst 16kb latency 400ms')
  if (slow.status !== 0) context.diagnostic(`the line is not made slow: ${slow.stderr.trim()}`)
  await alder.types('head -c 2000000 /dev/urandom > /tmp/noise')
  await alder.does('lock', 'a slow line')
  await alder.does('snap', 'noise')
  await alder.does('ci')
  await until(async () => (await birch.status()).operations === 1, 'birch has the journal', 60_000)
  await birch.does('up')
  const sums = await Promise.all([alder, birch].map((host) => host.types('sha256sum /tmp/noise')))
  assert.equal(sums[0]?.stdout, sums[1]?.stdout)
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
    await lab.start()
    await alder.untilConnectedTo(birch)
    await birch.untilConnectedTo(alder)
    for (const [origin, target] of [
      [alder, birch],
      [birch, alder],
    ] as const) {
      await origin.types('head -c 1000000 /dev/urandom > /tmp/noise')
      await origin.does('lock', 'a narrow path')
      await origin.does('snap', 'noise')
      await origin.does('ci')
      const { operations } = await origin.status()
      await until(async () => (await target.status()).operations === operations, 'the journal is there', 60_000)
      await target.does('up')
      const sums = await Promise.all([origin, target].map((host) => host.types('sha256sum /tmp/noise')))
      assert.equal(sums[0]?.stdout, sums[1]?.stdout)
    }
  },
)
