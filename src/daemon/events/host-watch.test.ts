import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SimClock } from '../../../test/sim/clock.ts'
import { everybodyMax, isoTime } from '../../base/index.ts'
import type { PeerId, Transport } from '../../mesh/index.ts'
import type { PeerEvent } from '../../mesh/transport.ts'
import type { KnownHost } from '../../replication/index.ts'
import { unheardMs } from '../../replication/index.ts'
import { graceMs, HostWatch } from './host-watch.ts'

const idOf = (name: string): PeerId => `id-${name}` as PeerId

/** A host that knows these others, in a domain of so many, and what is told of them. */
function watching(names: readonly string[], size = names.length + 1) {
  const clock = new SimClock()
  const connected = new Set<PeerId>()
  let hear: (event: PeerEvent) => void = () => undefined
  const hosts = names.map((name): KnownHost => {
    const unknown = { at: undefined, boot: undefined, stopped: undefined, held: undefined }
    return { peer: idOf(name), name, ...unknown, addresses: [], seen: isoTime(clock) }
  })
  const told: string[] = []
  const transport = {
    peers: () => [...connected].map((id) => ({ id, address: '' })),
    onPeer: (listener: typeof hear) => {
      hear = listener
      return () => undefined
    },
  } as unknown as Transport
  const inventory = { all: () => hosts, size }
  const tell = ({ type, host }: { readonly type: string; readonly host: string }): void =>
    void told.push(`${type} ${host}`)
  const watch = new HostWatch({ clock, transport, inventory, tell })
  const to = (type: 'up' | 'down') => (name: string) => {
    connected[type === 'up' ? 'add' : 'delete'](idOf(name))
    hear({ type, peer: idOf(name) } as PeerEvent)
  }
  return { clock, hosts, watch, up: to('up'), down: to('down'), last: () => told.splice(0) }
}

test('a host whose connection stays away is lost, and back when it is there again', async () => {
  const { clock, watch, up, down, last } = watching(['birch', 'cedar'])
  watch.start()
  up('birch')
  up('cedar')
  down('birch')
  await clock.run(graceMs / 2)
  down('cedar')
  up('cedar')
  assert.deepEqual(last(), [], 'not at once')
  await clock.run(graceMs / 2)
  assert.deepEqual(last(), ['host-lost birch'])
  await clock.run(10 * graceMs)
  assert.deepEqual(last(), [], 'once')
  up('birch')
  assert.deepEqual(last(), ['host-back birch'])
})

test('a host that was off when the daemon started is not told of until it has been there', async () => {
  const { clock, watch, up, down, last } = watching(['birch'])
  watch.start()
  await clock.run(10 * graceMs)
  up('birch')
  assert.deepEqual(last(), [])
  down('birch')
  await clock.run(graceMs)
  assert.deepEqual(last(), ['host-lost birch'])
  watch.stop()
})

test('in a large domain a host is lost when it has said nothing for long, whether it was connected or not', async () => {
  const size = everybodyMax + 10
  const { clock, hosts, watch, up, down, last } = watching(['birch', 'cedar'], size)
  const heard = (index: number): void => {
    hosts[index] = { ...(hosts[index] ?? assert.fail()), seen: isoTime(clock) }
  }
  watch.start()
  up('birch')
  down('birch')
  await clock.run(unheardMs(size) / 2)
  assert.deepEqual(last(), [], 'neighbours come and go')
  heard(1)
  await clock.run(unheardMs(size))
  assert.deepEqual(last(), ['host-lost birch'])
  heard(0)
  heard(1)
  await clock.run(unheardMs(size) / 2)
  assert.deepEqual(last(), ['host-back birch'])
  watch.stop()
})
