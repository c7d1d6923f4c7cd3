/** A file that only hosts have which are no neighbours of the one that wants it. */
import assert from 'node:assert/strict'
import { buildChanged, fewNeighbours } from '../harness/changed-program.ts'
import { until } from '../harness/lab.ts'
import { type NetHost, NetLab, netnsTest } from '../harness/netns.ts'

netnsTest(
  'what no neighbour has is fetched from a host that is none: one that is gone or lies is left for another, which is let go',
  async (t) => {
    const soonIdle = { file: 'src/mesh/file-connections.ts', from: 'idleMsMax = 10_000', to: 'idleMsMax = 2_000' }
    const changed = buildChanged(t, [...fewNeighbours, soonIdle])
    const lab = await NetLab.running(changed, t, 'alder', 'birch', 'cedar', 'dogwood')
    const [alder, birch, cedar, dogwood] = lab.hosts as [NetHost, NetHost, NetHost, NetHost]
    await lab.withoutBroadcast()
    for (const host of [alder, dogwood]) {
      // These dial birch, and whoever else there may be has to dial them.
      await host.configure('IS_NETS = /etc/is/nets', 'IS_LOG = file', 'IS_NOBROADCAST = yes')
      await host.knows(birch)
    }
    await birch.configure('IS_LOG = file', 'IS_NOBROADCAST = yes')
    await cedar.configure('IS_NETS = /etc/is/nets', 'IS_LOG = file')
    await cedar.knows(birch)
    await lab.start(birch, alder, dogwood)
    await birch.untilConnectedTo(alder, dogwood)

    await alder.does('lock', 'a file')
    await alder.types('head -c 3000000 /dev/urandom > /tmp/noise')
    await alder.does('snap', 'noise')
    await alder.does('ci')
    const [id = ''] = (await alder.types('sha256sum noise')).stdout.split(' ')
    const path = `/var/is/store/${id.slice(0, 2)}/${id}`
    const untilThere = (host: NetHost): Promise<void> =>
      until(async () => (await host.sh(`test -f ${path}`)).status === 0, `${host.name} has the file`, 90_000)
    for (const host of [birch, dogwood]) await untilThere(host)
    // The one between has lost it, the other has something else in its place, and the origin is gone.
    await birch.types(`rm ${path}`)
    await dogwood.types(`head -c 3000000 /dev/urandom > ${path}`)
    await alder.does('stop')

    await cedar.does('start')
    await cedar.untilConnectedTo(birch)
    const peerOf = async (host: NetHost): Promise<string> => (await host.status()).mesh.peerId
    const liar = await peerOf(dogwood)
    const isFound = async (): Promise<boolean> =>
      (await cedar.read('/var/is/log/isconf.log'))
        .split('\n')
        .some((line) => line.includes('sent what is not of the file') && line.includes(liar))
    await until(isFound, 'cedar has found out what dogwood gives', 90_000)
    assert.notEqual((await cedar.sh(`test -f ${path}`)).status, 0)

    const seen = until(async () => (await connections(cedar, alder, 'known')) > 0, 'cedar has dialed alder', 90_000)
    await Promise.all([seen, alder.does('start').then(() => untilThere(cedar))])
    await cedar.does('up')
    assert.match((await cedar.types('sha256sum noise')).stdout, new RegExp(`^${id} `))
    await cedar.untilConnectedTo(birch)
    await until(async () => (await connections(cedar, alder)) === 0, 'cedar lets alder go', 90_000)

    // With IS_NOBROADCAST a host dials only those in nets, and gets it over one of these.
    await dogwood.does('stop')
    await dogwood.types(`rm ${path}`)
    await dogwood.does('start')
    await dogwood.does('up')
    assert.match((await dogwood.types('sha256sum noise')).stdout, new RegExp(`^${id} `))
    assert.equal((await birch.sh(`test -f ${path}`)).status, 1)
    for (const host of [alder, cedar]) assert.equal(await connections(dogwood, host, 'known'), 0)
  },
)

/**
 * How many connections that a host has dialed to another one are open; or its kernel still knows, as it does for a minute
 * of those that this side has closed.
 */
async function connections(host: NetHost, other: NetHost, which: 'open' | 'known' = 'open'): Promise<number> {
  const address = other.address.split('.').map((byte) => Number(byte).toString(16).padStart(2, '0'))
  const there = [...address.reverse(), ':', (65_027).toString(16)].join('').toUpperCase()
  const established = '01'
  const rows = (await host.read('/proc/net/tcp')).split('\n').map((line) => line.trim().split(/\s+/))
  return rows.filter(([, , remote, state]) => remote === there && (which === 'known' || state === established)).length
}
