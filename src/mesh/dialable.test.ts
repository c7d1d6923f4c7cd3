import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dialableAddresses } from './dialable.ts'
import type { PeerId } from './transport.ts'

const peer = '12D3KooWpeer' as PeerId
const at = (...addresses: readonly string[]): readonly string[] => addresses.map((one) => `${one}/p2p/${peer}`)

test('dialableAddresses() begins with where the peer was dialed, then where it listens there', () => {
  const seen = [
    { remoteAddress: '/ip4/10.0.0.2/tcp/40000', outbound: false },
    { remoteAddress: '/ip4/10.1.0.2/tcp/65027/p2p/12D3KooWpeer', outbound: true },
  ]
  const listens = ['/ip4/127.0.0.1/tcp/65027', '/ip4/172.17.0.1/tcp/65027', '/ip4/10.0.0.2/tcp/65027']
  assert.deepEqual(
    dialableAddresses(peer, seen, listens),
    at('/ip4/10.1.0.2/tcp/65027', '/ip4/10.0.0.2/tcp/65027', '/ip4/172.17.0.1/tcp/65027'),
  )
})

test('dialableAddresses() has nothing to say of a peer that came and has not said where it listens', () => {
  assert.deepEqual(dialableAddresses(peer, [{ remoteAddress: '/ip4/10.0.0.2/tcp/40000', outbound: false }], []), [])
})

test('dialableAddresses() leaves out what means another machine elsewhere, but for the peer that was seen there', () => {
  const local = ['/ip4/127.0.0.1/tcp/1', '/ip6/::1/tcp/1', '/ip6/fe80::1/tcp/1', '/ip4/169.254.1.1/tcp/1']
  assert.deepEqual(dialableAddresses(peer, [{ remoteAddress: '/ip4/10.0.0.2/tcp/4', outbound: false }], local), [])
  const near = [{ remoteAddress: '/ip6/fe80::1/tcp/4', outbound: false }]
  assert.deepEqual(dialableAddresses(peer, near, local), at('/ip6/fe80::1/tcp/1'))
})

test('dialableAddresses() has every loopback address of a peer on this machine, whichever of them it came from', () => {
  const listens = ['/ip4/127.3.2.1/tcp/1', '/ip6/::1/tcp/1', '/ip4/169.254.1.1/tcp/1']
  const came = [{ remoteAddress: '/ip4/127.0.0.1/tcp/40000', outbound: false }]
  assert.deepEqual(dialableAddresses(peer, came, listens), at('/ip4/127.3.2.1/tcp/1', '/ip6/::1/tcp/1'))
})

test('dialableAddresses() takes no names, no other protocols, and no more than three', () => {
  const listens = ['/dns/evil.example/tcp/1', '/ip4/10.0.0.1/udp/1', '/ip4/10.0.0.1/tcp/1/ws', 'nonsense']
  assert.deepEqual(dialableAddresses(peer, [], listens), [])
  const many = [1, 2, 3, 4, 5].map((port) => `/ip6/2001:db8::1/tcp/${port}`)
  assert.equal(dialableAddresses(peer, [], many).length, 3)
})
