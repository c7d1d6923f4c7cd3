import assert from 'node:assert/strict'
import test from 'node:test'
import { SimClock } from '../../../test/sim/clock.ts'
import { SimNetwork } from '../../../test/sim/network.ts'
import { seededRandom } from '../../../test/sim/random.ts'
import type { PeerId } from '../../mesh/index.ts'
import { ChangeTeller } from './change-teller.ts'

/** A host with neighbours, and whom it tells at which second. */
async function teller(hosts: number, ...neighbours: readonly string[]) {
  const clock = new SimClock()
  const random = seededRandom(1)
  const network = new SimNetwork(clock, random)
  const transport = network.transport('alder')
  for (const name of neighbours) await clock.until(transport.dial(network.transport(name).address))
  const told: string[] = []
  const known = new Set<PeerId>()
  const beganMs = clock.monotonicMs()
  const changes = new ChangeTeller({
    ...{ transport, clock, random },
    hosts: () => hosts,
    exchange: {
      hasNewsFor: (peer) => !known.has(peer),
      level: async (peer) => void told.push(`${peer} ${Math.floor((clock.monotonicMs() - beganMs) / 1_000)}`),
    },
  })
  changes.start()
  const knows = (peer: string): void => void known.add(peer as PeerId)
  return { clock, transport, changes, told, knows }
}

test('every neighbour is told soon, but for the one who told it and those who know', async () => {
  const { clock, changes, told, knows } = await teller(30, 'birch', 'cedar', 'elder')
  knows('elder')
  changes.changed('birch' as PeerId)
  await clock.run(10_000)
  assert.deepEqual(told, ['cedar 0'])
})

test('of many changes a neighbour is told together, in a large fleet less often', async () => {
  for (const [hosts, seconds] of [
    [30, [0, 2, 4, 6, 8]],
    [5_000, [0, 5]],
  ] as const) {
    const { clock, changes, told } = await teller(hosts, 'birch')
    for (let one = 0; one < 90; one += 1) {
      changes.changed()
      await clock.run(100)
    }
    assert.deepEqual(
      told,
      seconds.map((second) => `birch ${second}`),
    )
  }
})

test('a neighbour that has gone is not told', async () => {
  const { clock, transport, changes, told } = await teller(30, 'birch')
  changes.changed()
  transport.disconnect('birch' as PeerId)
  await clock.run(10_000)
  assert.deepEqual(told, [])
})
