import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SimClock } from '../../../../test/sim/clock.ts'
import type { HostState } from '../../../control/index.ts'
import { hostState } from './host-state.ts'

const clock = new SimClock()
const minutesAgo = (minutes: number): string => new Date(clock.wallMs() - minutes * 60_000).toISOString()

const well: Parameters<typeof hostState>[0] = {
  isSplit: false,
  name: 'alder',
  peerId: 'alder',
  here: false,
  connected: true,
  address: '127.0.0.1:1',
  seen: null,
  release: '5.0.0',
  branch: 'generic',
  position: 3,
  operations: 3,
  stopped: null,
  deviations: [],
  boot: null,
}
const boot = { level: 'right', since: null, step: null, why: null, tree: null, fetched: null }
const stopped = { operation: 'ab:1', why: 'it ended with exit status 1', since: null }
const deviations = [{ kind: 'skipped', operation: 'ab:1' }]
const gone = { connected: false, address: null, seen: minutesAgo(20) }

const cases: readonly (readonly [HostState, Partial<typeof well>, number?])[] = [
  ['level', {}],
  ['level', { boot }],
  ['behind', { position: 2 }],
  ['differs', { deviations }],
  ['behind', { position: 2, deviations }],
  ['stopped', { position: 2, stopped, deviations, ...gone }],
  ['boot', { boot: { ...boot, level: 'failed' }, position: 2 }],
  ['boot', { boot: { ...boot, level: 'old' } }],
  ['unheard', gone],
  ['unheard', { ...gone, position: 2 }],
  ['split', { isSplit: true }],
  ['split', { isSplit: true, position: null }],
  ['split', { isSplit: true, position: 2, deviations }],
  ['stopped', { isSplit: true, position: 2, stopped }],
  ['unknown', { position: null }],
  ['unknown', { branch: null, position: null, operations: null }],
  // In a large domain a host is connected to few others, and hears from the rest now and then.
  ['level', gone, 1_000],
  ['level', { ...gone, seen: minutesAgo(299) }, 1_000],
  ['unheard', { ...gone, seen: minutesAgo(301) }, 1_000],
  ['unheard', { ...gone, seen: null }, 1_000],
]
for (const [state, facts, hosts = 3] of cases) {
  test(`a host with ${JSON.stringify(facts)} among ${hosts} is ${state}`, () => {
    assert.equal(hostState({ ...well, ...facts }, hosts, clock), state)
  })
}
