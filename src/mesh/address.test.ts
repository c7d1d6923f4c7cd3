import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addressText, parseAddress } from './address.ts'

test('an address is read as it was written', () => {
  for (const text of [
    '/ip4/10.0.0.2/tcp/65027',
    '/ip6/fe80::1%eth0/tcp/1',
    '/dns/host.example/tcp/7',
    '/ip4/1.2.3.4/tcp/5/p2p/12D3KooWx',
  ]) {
    const parsed = parseAddress(text)
    assert.ok(parsed, text)
    if (!text.startsWith('/dns')) assert.equal(addressText(parsed.host, parsed.port, parsed.peer), text)
  }
  assert.deepEqual(parseAddress('/dns/host.example/tcp/7/p2p/x'), { host: 'host.example', port: 7, peer: 'x' })
})

test('what is no address is none', () => {
  const wrong = [
    '',
    'host:1',
    '/ip4/x/tcp/1',
    '/ip4/1.2.3.4/udp/1',
    '/ip4/1.2.3.4/tcp/0',
    '/ip6/::1/tcp/65536',
    '/ip4/1.2.3.4/tcp/1/ws',
  ]
  assert.deepEqual(
    wrong.map((text) => parseAddress(text)),
    wrong.map(() => undefined),
  )
})

test('an IPv4 peer of a listener for both is one of IPv4', () => {
  assert.equal(addressText('::ffff:10.0.0.2', 65027), '/ip4/10.0.0.2/tcp/65027')
})
