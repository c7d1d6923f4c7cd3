/** Networks in which not every host can reach every other, and hosts that must find each other again. */
import assert from 'node:assert/strict'
import { assertRefused, until } from '../harness/lab.ts'
import { type NetHost, NetLab, netnsTest } from '../harness/netns.ts'

netnsTest(
  'a host between two others hands on what it does not need itself, also when the origin has gone',
  async (t) => {
    const lab = await NetLab.of(t, 'alder', 'birch', 'cedar')
    const [alder, birch, cedar] = lab.hosts as [NetHost, NetHost, NetHost]
    await lab.isolate(alder, cedar)
    await lab.start()
    await birch.untilConnectedTo(alder, cedar)
    let operations = 0
    for (const [origin, target] of [
      [alder, cedar],
      [cedar, alder],
    ] as const) {
      await changed(origin, target, () => birch)
      operations += 2
      await untilFetched(birch, origin)
      // birch has done nothing of it, and gives it all.
      assert.equal((await birch.status()).position, 0)
      await origin.does('stop')
      await target.does('up')
      await assertSame(origin, target)
      await origin.does('start')
      await birch.untilConnectedTo(alder, cedar)
      await until(async () => (await origin.status()).operations === operations, `${origin.name} is back`)
    }
  },
)

netnsTest(
  'hosts that may only open connections share lock, journal, files and status through one that may be called',
  async (t) => {
    const lab = await NetLab.of(t, 'alder', 'birch', 'cedar')
    const [alder, birch, cedar] = lab.hosts as [NetHost, NetHost, NetHost]
    for (const host of [alder, cedar]) {
      // Nobody else can reach it there.
      await host.configure('IS_LISTEN = 127.0.0.1', 'IS_NOBROADCAST = yes', 'IS_NETS = /etc/is/nets')
      await host.knows(birch)
    }
    await birch.configure('IS_NOBROADCAST = yes')
    await lab.start()
    await birch.untilConnectedTo(alder, cedar)
    for (const host of [alder, cedar]) await host.untilConnectedTo(birch)
    // Between the one that calls and the one that is called, in both directions; then through that one.
    for (const [origin, target] of [
      [alder, birch],
      [birch, alder],
      [alder, cedar],
      [cedar, alder],
    ] as const) {
      for (const host of lab.hosts) await host.does('up')
      await changed(origin, target, () => birch)
      await untilFetched(target, origin)
      await target.does('up')
      await assertSame(origin, target)
    }
  },
)

netnsTest(
  'two hosts that have met once find each other after a restart, without nets and without broadcast',
  async (t) => {
    const lab = await NetLab.of(t, 'alder', 'birch')
    const [alder, birch] = lab.hosts as [NetHost, NetHost]
    await lab.withoutBroadcast()
    await alder.configure('IS_NETS = /etc/is/nets')
    await alder.knows(birch)
    await lab.start()
    await alder.untilConnectedTo(birch)
    await birch.untilConnectedTo(alder)
    // The one that was called comes to know the way back, too.
    const noted = async (): Promise<boolean> => (await birch.sh('test -s /var/is/conf/peers')).status === 0
    await until(noted, 'birch has noted where alder is')
    for (const host of lab.hosts) await host.does('stop')
    assert.match(await birch.read('/var/is/conf/peers'), new RegExp(`^0 12D3\\w+ /ip4/${alder.address}/tcp/65027/p2p/`))
    await alder.knows()
    await alder.types('rm /var/is/conf/peers')
    await lab.start()
    await alder.untilConnectedTo(birch)
  },
)

netnsTest('two hosts that reach only a third are connected over that, and every host tells so', async (t) => {
  const lab = await NetLab.of(t, 'alder', 'birch', 'cedar')
  const [alder, birch, cedar] = lab.hosts as [NetHost, NetHost, NetHost]
  await lab.isolate(alder, cedar)
  await lab.start()
  const wayTo = async (host: NetHost, other: NetHost): Promise<string | undefined> => {
    const peer = (await host.status()).mesh.peers.find(({ host: name }) => name === other.name)
    return peer && (peer.via ?? 'nobody')
  }
  for (const [host, other] of [
    [alder, cedar],
    [cedar, alder],
  ] as const)
    await until(async () => (await wayTo(host, other)) === 'birch', `${host.name} reaches ${other.name}`, 60_000)
  assert.match((await alder.does('hosts')).stdout, /^cedar .*connected over birch$/m)
  assert.match((await alder.run('fleet', 'cedar')).stdout, /^heard +now, over birch$/m)
  assert.match((await alder.run('doctor')).stdout, /connected to 2 of 2 other hosts, cedar over birch$/m)
  assert.match((await alder.does('status')).stdout, /cedar over birch$/m)
  for (const [origin, target] of [
    [alder, cedar],
    [cedar, alder],
  ] as const) {
    await changed(origin, target, () => birch)
    await untilFetched(target, origin)
    await target.does('up')
    await assertSame(origin, target)
  }
  const runs = await Promise.all([alder, cedar].map((host) => host.run('lock', 'at once')))
  assert.deepEqual(runs.map(({ status }) => status).sort(), [0, 220])
})

/** The origin changes two things; the target and the host between are told of the lock, and cannot take it. */
async function changed(origin: NetHost, target: NetHost, between: () => NetHost): Promise<void> {
  await origin.does('lock', 'from', origin.name)
  for (const host of [target, between()]) {
    if (host === origin) continue
    assertRefused(await host.run('lock', 'me too'), 220, `root@${origin.name}`)
    assert.equal((await host.status()).lock?.host, origin.name)
  }
  // Several pieces, of several MiB.
  await origin.types('head -c 5000000 /dev/urandom > /tmp/noise')
  await origin.does('snap', 'noise')
  await origin.does('exec', 'cp', 'noise', 'noise.copy')
  await origin.does('ci')
}

/** The host has the changesets, and the file that the origin has just snapped. */
async function untilFetched(host: NetHost, origin: NetHost): Promise<void> {
  const { operations } = await origin.status()
  await until(async () => (await host.status()).operations === operations, `${host.name} has the journal`, 60_000)
  const [id = ''] = (await origin.types('sha256sum noise')).stdout.split(' ')
  const path = `/var/is/store/${id.slice(0, 2)}/${id}`
  await until(async () => (await host.sh(`test -f ${path}`)).status === 0, `${host.name} has the file`, 60_000)
}

async function assertSame(...hosts: readonly NetHost[]): Promise<void> {
  const sums = await Promise.all(hosts.map((host) => host.types('sha256sum noise noise.copy')))
  for (const { stdout } of sums) assert.equal(stdout, sums[0]?.stdout)
}
