import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { IsconfError } from '../base/index.ts'
import { parseAddress } from '../mesh/address.ts'
import { multiaddrOf, netAddressesMax, noNets, parseNets } from './nets.ts'

const parse = (text: string, isPort = 65_027) => parseNets(text, '/etc/is/nets', isPort)

function refuses(text: string, message: string, isPort?: number): void {
  assert.throws(
    () => parse(text, isPort),
    (error) => {
      assert.ok(error instanceof IsconfError)
      assert.deepEqual([error.code, error.message], ['CONFIG', message])
      return true
    },
  )
}

test('parseNets() reads hosts and addresses, with the port of IS_PORT where there is none', () => {
  const text = 'tcp alder # one\nbirch.example.com:7000\n\n10.0.0.1\n tcp 10.0.0.2:7\n::1\n[fe80::1]\n[::1]:9\r\n'
  assert.deepEqual(parse(text), {
    addresses: [
      { host: 'alder', port: 65_027 },
      { host: 'birch.example.com', port: 7000 },
      { host: '10.0.0.1', port: 65_027 },
      { host: '10.0.0.2', port: 7 },
      { host: '::1', port: 65_027 },
      { host: 'fe80::1', port: 65_027 },
      { host: '::1', port: 9 },
    ],
    broadcast: false,
  })
})

test('parseNets() reads the udp lines of old files: a host, or a broadcast address that asks for discovery', () => {
  assert.deepEqual(parse('udp 10.0.0.7\nudp 10.0.0.255\nudp 255.255.255.255\n'), {
    addresses: [{ host: '10.0.0.7', port: 65_027 }],
    broadcast: true,
  })
})

test('parseNets() of an empty file is no nets', () => {
  assert.deepEqual(parse('# nobody\n\n'), noNets)
})

test('parseNets() refuses lines that it can not connect to', () => {
  refuses('\ntcp\n', '/etc/is/nets:2: tcp without an address')
  refuses('udp\n', '/etc/is/nets:1: udp without an address')
  refuses('sctp alder\n', '/etc/is/nets:1: must be: tcp HOST[:PORT], or HOST[:PORT]; not "sctp alder"')
  refuses('tcp alder birch\n', '/etc/is/nets:1: must be: tcp HOST[:PORT], or HOST[:PORT]; not "tcp alder birch"')
  refuses('10.0.0.300\n', '/etc/is/nets:1: not a host or an address: "10.0.0.300"')
  refuses('a/b\n', '/etc/is/nets:1: not a host or an address: "a/b"')
  refuses('[alder]:1\n', '/etc/is/nets:1: not a host or an address: "[alder]:1"')
  refuses('fe80::1%eth0\n', '/etc/is/nets:1: not a host or an address: "fe80::1%eth0"')
  refuses('alder:0\n', '/etc/is/nets:1: not a port: "0"')
  refuses('alder:\n', '/etc/is/nets:1: not a port: ""')
  refuses('alder:65536\n', '/etc/is/nets:1: not a port: "65536"')
  refuses('alder\n', '/etc/is/nets:1: alder needs a port, because IS_PORT is 0', 0)
})

test('parseNets() refuses more addresses than it would connect to', () => {
  refuses(
    'alder\n'.repeat(netAddressesMax + 1),
    `/etc/is/nets:${netAddressesMax + 1}: more than ${netAddressesMax} addresses`,
  )
})

test('multiaddrOf() writes an address as a multiaddr', () => {
  assert.equal(multiaddrOf({ host: '10.0.0.1', port: 7 }), '/ip4/10.0.0.1/tcp/7')
  assert.equal(multiaddrOf({ host: '::1', port: 7 }), '/ip6/::1/tcp/7')
  assert.equal(multiaddrOf({ host: 'alder', port: 7 }), '/dns/alder/tcp/7')
  const host = fc.oneof(fc.ipV4(), fc.ipV6(), fc.domain())
  fc.assert(
    fc.property(host, fc.integer({ min: 1, max: 65_535 }), (name, port) => {
      const [address] = parse(name.includes(':') ? `[${name}]:${port}` : `${name}:${port}`).addresses
      assert.deepEqual(address, { host: name, port })
      const { peer: _, ...read } = parseAddress(multiaddrOf(address ?? { host: '', port })) ?? {}
      assert.deepEqual(read, address)
    }),
  )
})
