/** Hosts that have no IPv4: by the defaults they say what is the matter, and with one setting they are a domain. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { assertRefused, until } from '../harness/lab.ts'
import { type NetHost, NetLab, netnsTest } from '../harness/netns.ts'

netnsTest(
  'hosts that have only IPv6 and listen on IPv4 say so in status, lint and at lock, and meet once they listen on both',
  async (t) => {
    if (!existsSync('/proc/sys/net/ipv6')) return t.skip('the kernel has no IPv6: this was NOT tested')
    const lab = await NetLab.of(t, 'alder', 'birch')
    const [alder, birch] = lab.hosts as [NetHost, NetHost]
    for (const [index, host] of lab.hosts.entries()) {
      await host.types('ip -4 addr flush dev eth0; echo 0 > /proc/sys/net/ipv6/conf/all/disable_ipv6')
      await host.types(`ip -6 addr add fd00:82::${index + 1}/64 dev eth0 nodad`)
    }
    await alder.configure('IS_NETS = /etc/is/nets')
    await alder.types("echo 'tcp [fd00:82::2]' > /etc/is/nets")
    await lab.start()
    const unreached = async (): Promise<boolean> =>
      (await alder.status()).mesh.unreached.some(({ address }) => address.includes('fd00:82::2'))
    await until(unreached, 'alder has tried')
    const words = /this host has IPv6 addresses alone and listens on IPv4 alone.*IS_LISTEN = ::/
    assert.match((await alder.does('status')).stdout, /unmet +.*fd00:82::2.*ECONNREFUSED/)
    // birch was told of nobody.
    for (const host of lab.hosts) {
      assert.match((await host.status()).warnings.join('\n'), words)
      assert.match((await host.does('lint')).stdout, words)
      assert.match((await host.does('lock', 'alone')).stderr, words)
      assert.match((await host.does('unlock')).stderr, words)
      assert.match((await host.does('up')).stderr, words)
      await host.does('stop')
      assert.match((await host.does('lint')).stdout, words)
    }
    // By broadcast to all of the link, without nets.
    for (const host of lab.hosts) await host.configure('IS_LISTEN = ::')
    await lab.start()
    await alder.untilConnectedTo(birch)
    assert.deepEqual([(await alder.status()).warnings, (await birch.status()).warnings], [[], []])
    await alder.does('lock', 'together')
    assertRefused(await birch.run('lock', 'me too'), 220, 'root@alder')
  },
)
