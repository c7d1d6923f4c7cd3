import assert from 'node:assert/strict'
import { assertDone, assertRefused, until } from '../harness/lab.ts'
import { type NetHost, NetLab, netnsTest } from '../harness/netns.ts'

netnsTest("the manual's quick start, word for word, on hosts that find each other by themselves", async (context) => {
  const lab = await NetLab.of(context, 'alder', 'birch', 'cedar')
  const [alder, birch, cedar] = lab.hosts
  await lab.start(alder!, birch!)
  await alder!.untilConnectedTo(birch!)
  await birch!.untilConnectedTo(alder!)

  await alder!.types(makePackage)
  for (const line of [
    // In place of: wget http://example.com/foo-1.2.tar.gz
    'cp /root/foo-1.2.tar.gz /tmp',
    'isconf start',
    'isconf lock just a comment about installing foo',
    'isconf snap foo-1.2.tar.gz',
    'isconf exec tar -xzvf foo-1.2.tar.gz',
    'isconf exec make -C foo-1.2 install',
    'isconf exec rm -rf foo-1.2.tar.gz foo-1.2',
    'isconf ci',
  ]) {
    await alder!.types(line)
  }
  for (const host of [birch!, cedar!]) {
    await host.types('isconf start')
    await until(async () => (await host.status()).operations === 4, `${host.name} has heard of it`)
    await host.types('isconf up')
    assert.equal((await host.types('foo')).stdout, 'foo 1.2\n')
  }
  const listing = 'ls -l --time-style=+ /usr/local/bin/foo; ls -A /tmp; cat /usr/local/share/foo/motd'
  const [first, ...others] = await Promise.all(lab.hosts.map(async (host) => (await host.types(listing)).stdout))
  for (const other of others) assert.equal(other, first)
})

netnsTest('a host whose cable is out misses a change, and follows when it is back', async (context) => {
  const lab = await NetLab.of(context, 'alder', 'birch')
  const [alder, birch] = lab.hosts
  await lab.start()
  await alder!.untilConnectedTo(birch!)
  await birch!.untilConnectedTo(alder!)
  await lab.link(birch!, 'down')
  await changed(alder!, 'while birch is away')
  assert.match((await alder!.does('status')).stdout, /1 of 1 operation done/)
  assertDone(await birch!.run('up'))
  assert.equal((await birch!.status()).operations, 0)
  await lab.link(birch!, 'up')
  await untilOperations(birch!, 1)
  await birch!.does('up')
  assert.equal(await birch!.read('/tmp/steps'), 'while birch is away\n')
  await birch!.does('lock', 'now birch')
  assertRefused(await alder!.run('lock', 'me too'), 220, 'root@birch')
})

/** A package of one program and one file, as its maker would pack it. */
const makePackage = `
  set -e
  mkdir -p /root/foo-1.2 && cd /root/foo-1.2
  printf '#!/bin/sh\\necho foo 1.2\\n' > foo
  echo hello > motd
  printf 'install:\\n\\tinstall -m 755 foo /usr/local/bin/foo\\n\\tinstall -D -m 644 motd /usr/local/share/foo/motd\\n' > Makefile
  cd .. && tar -czf foo-1.2.tar.gz foo-1.2 && rm -r foo-1.2`

async function changed(host: NetHost, message: string): Promise<void> {
  await host.does('lock', message)
  await host.does('exec', 'sh', '-c', `echo ${message} >> steps`)
  await host.does('ci')
}

async function untilOperations(host: NetHost, count: number): Promise<void> {
  await until(async () => (await host.status()).operations === count, `${host.name} has ${count} operations`, 60_000)
}
