import assert from 'node:assert/strict'
import test from 'node:test'
import type { AddressState, ConnectedPeer, PeerId, Stranger } from '../mesh/index.ts'
import { unconnectedFacts } from './unconnected.ts'

const birch = '12D3KooWbirch' as PeerId
const failed = (address: string): AddressState => ({
  ...{ address, state: 'waiting', peer: undefined, isHint: false },
  failure: `${address}: connect ECONNREFUSED`,
})

function unreached(states: readonly AddressState[], peers: readonly ConnectedPeer[]): readonly string[] {
  const strangers = (): readonly Stranger[] => []
  const facts = unconnectedFacts({ states: () => states }, { transport: { peers: () => peers }, strangers })
  return facts.unreached().map(({ address, reason }) => `${address}: ${reason}`)
}

test('an address that was tried in vain is not unreached once a host that listens there has come by itself', () => {
  const states = [failed('/ip4/10.0.0.2/tcp/65027'), failed('/ip4/10.0.0.3/tcp/65027')]
  const came = { id: birch, address: '/ip4/10.9.9.9/tcp/40000', dialable: [`/ip4/10.0.0.2/tcp/65027/p2p/${birch}`] }
  assert.deepEqual(unreached(states, [came]), ['/ip4/10.0.0.3/tcp/65027: connect ECONNREFUSED'])
})

test('a host at an address with a longer port says nothing of the one with the shorter', () => {
  const there = { id: birch, address: '/ip4/10.0.0.2/tcp/65027', dialable: [] }
  assert.equal(unreached([failed('/ip4/10.0.0.2/tcp/6502')], [there]).length, 1)
})
