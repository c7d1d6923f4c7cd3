/** Boots of hosts whose tree is on a server of their network, by the commands of the installed units, and without that network. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { type NetHost, NetLab, netnsTest } from '../harness/netns.ts'
import { until } from '../harness/run.ts'
import { commandsOf, hookPath } from '../hostkeeper/boots.ts'

/** Gives out /srv/trees by rsync. */
async function serve(host: NetHost): Promise<void> {
  await publish(host, '1', 'a')
  await host.types(
    `printf 'use chroot = no\\nreverse lookup = no\\n[trees]\\npath = /srv/trees\\nread only = yes\\n' > /tmp/rsyncd.conf`,
  )
  await host.types('rsync --daemon --config=/tmp/rsyncd.conf </dev/null >/dev/null 2>&1')
  await until(async () => (await host.sh('rsync rsync://127.0.0.1/')).status === 0, 'rsync answers')
}

async function publish(host: NetHost, version: string, packages: string): Promise<void> {
  const makefile = `all: \\$(PACKAGES)\na b c:\n\techo \\$@-${version} >> /tmp/done\n\ttouch \\$@\n`
  await host.types(`mkdir -p /srv/trees/bin && cat > /srv/trees/packages.conf <<EOF\n${makefile}EOF`)
  await host.types(
    `printf '#!/bin/sh\\necho linux_2.2.17-14_i686\\n' > /srv/trees/bin/platform; chmod +x /srv/trees/bin/platform`,
  )
  await host.types(`echo 'DEFAULT: PACKAGES="${packages}"' > /srv/trees/hosts.conf`)
}

/** The hook where the package puts it, and the program. */
async function install(host: NetHost, source: string): Promise<void> {
  const put = (path: string, text: string): Promise<unknown> =>
    host.types(`mkdir -p "$(dirname ${path})" && cat > ${path} <<'END OF FILE'\n${text}END OF FILE\nchmod 755 ${path}`)
  await host.types('ln -sf ../lib/isconf/hostkeeper.js /usr/local/bin/hostkeeper')
  await put('/usr/lib/isconf/rc.isconf', readFileSync(hookPath, 'utf8'))
  await put('/etc/is/hostkeeper.conf', `HOSTKEEPER_SOURCE=${source}\nHOSTKEEPER_INSECURE=yes\nHOSTKEEPER_TIMEOUT=3\n`)
}

/** What was done until the services would start. */
async function boot(host: NetHost): Promise<{ readonly done: string; readonly said: string }> {
  await host.types(': > /tmp/done')
  let said = ''
  for (const command of commandsOf('hostkeeper.service')) said += (await host.types(command)).stderr
  return { done: await host.read('/tmp/done'), said }
}

netnsTest(
  'a host boots with the tree of a server, without its network with what it has, and catches up when it is back',
  async (t) => {
    const lab = await NetLab.of(t, 'alder', 'birch')
    const [alder, birch] = lab.hosts as [NetHost, NetHost]
    await serve(alder)
    await install(birch, `rsync://${alder.address}/trees`)
    const first = await boot(birch)
    assert.equal(first.done, 'a-1\n', first.said)
    // Off for several versions of the tree; and without a network at its first boot after that.
    await publish(alder, '2', 'a b')
    await publish(alder, '3', 'a c')
    await lab.link(birch, 'down')
    await birch.types('rm /var/is/hostkeeper/stamps/a')
    const alone = await boot(birch)
    assert.match(alone.said, /rc\.isconf: the tree could not be fetched: going on with what this host has/)
    assert.equal(alone.done, 'a-1\n')
    await lab.link(birch, 'up')
    await until(
      async () => (await birch.sh(`ping -c 1 -W 1 ${alder.address} || rsync rsync://${alder.address}/`)).status === 0,
      'the network is back',
    )
    assert.equal((await boot(birch)).done, 'c-3\n')
    assert.equal((await birch.types('ls /var/is/hostkeeper/trees | wc -l')).stdout.trim(), '2')
  },
)

netnsTest('a host that has never had a network says so, and stops only when it is to', async (t) => {
  const lab = await NetLab.of(t, 'alder', 'birch')
  const [alder, birch] = lab.hosts as [NetHost, NetHost]
  await install(birch, `rsync://${alder.address}/trees`)
  await lab.link(birch, 'down')
  const { said } = await boot(birch)
  assert.match(said, /rc\.isconf: there is no tree in \/var\/is\/hostkeeper, and the source gave none/)
  assert.match(await birch.read('/run/motd.d/hostkeeper'), /^This host is not as it should be: there is no tree/)
  await birch.types('echo HOSTKEEPER_ON_FAILURE=stop >> /etc/is/hostkeeper.conf')
  assert.equal((await birch.sh('/usr/lib/isconf/rc.isconf start')).status, 1)
})
