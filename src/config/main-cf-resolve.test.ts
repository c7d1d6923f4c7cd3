import assert from 'node:assert/strict'
import { test } from 'node:test'
import { manualExample } from '../../test/support/manual-example.ts'
import { hostNamesOf } from './host-names.ts'
import { parseMainCf } from './main-cf.ts'
import { matchingStanza, possibleFullNames, repeatedTargets, resolveMainCf } from './main-cf-resolve.ts'

function resolve(text: string, fqdn: string): Record<string, string> {
  return resolveMainCf(parseMainCf(text, 'main.cf'), hostNamesOf(fqdn))
}

const ntp = 'ntp1 ntp2 bigben.ucsd.edu mcs.anl.gov'
const documented: readonly (readonly [string, Record<string, string>])[] = [
  [
    'scotty.example.com',
    { NTPSERVERS: ntp, IS_NETS: '/etc/is/nets.scotty', GATEWAY: '10.10.1.1', building: '23', floor: '2' },
  ],
  ['kirk.example.com', { NTPSERVERS: ntp, IS_NETS: '/etc/is/nets', GATEWAY: '10.10.2.1', building: '52', floor: '12' }],
  [
    'uhura.example.com',
    { NTPSERVERS: ntp, IS_NETS: '/etc/is/nets', building: 'unknown', floor: 'unknown', GATEWAY: '10.2.3.1' },
  ],
  [
    'khan.example.org',
    { NTPSERVERS: ntp, IS_NETS: '/etc/is/nets', building: 'unknown', floor: 'unknown', GATEWAY: '10.0.0.1' },
  ],
]
for (const [fqdn, variables] of documented) {
  test(`resolveMainCf() gives ${fqdn} exactly what the manual documents`, () => {
    assert.deepEqual(resolve(manualExample, fqdn), variables)
    // DEFAULT's variables stand first, because some tools take them in this order.
    assert.deepEqual(Object.keys(resolve(manualExample, fqdn)).slice(0, 2), ['NTPSERVERS', 'IS_NETS'])
  })
}

test('resolveMainCf() matches a target without dots with the short name, one with dots with the full name', () => {
  const text = 'host.a:\n x = full\nhost:\n x = short\n'
  assert.deepEqual(resolve(text, 'host.a'), { x: 'full' })
  assert.deepEqual(resolve(text, 'host.b'), { x: 'short' })
  assert.deepEqual(resolve(text, 'host'), { x: 'short' })
})

test('resolveMainCf() minds the case of targets, and knows a host whatever the case of its name', () => {
  const both = 'Host:\n x = 1\nhost:\n x = 2\n'
  assert.deepEqual([resolve(both, 'Host'), resolve(both, 'host')], [{ x: '1' }, { x: '2' }])
  for (const fqdn of ['HOST.A', 'host.a', 'Host.a.']) {
    for (const target of ['host', 'Host.', 'host.A', 'Host.a.', '^host\\.a$'])
      assert.deepEqual(resolve(`${target}:\n x = 1\n`, fqdn), { x: '1' }, `${target} ${fqdn}`)
    // What others include is no host's own.
    assert.deepEqual(resolve('h: HOST\nHOST:\n x = 1\n', fqdn.toLowerCase()), {})
  }
})

test('possibleFullNames() tells the targets that a host without a domain may be', () => {
  const mainCf = parseMainCf('DEFAULT:\nWeb.example.org web.a ^web.b:\nweb2.a:\n', 'main.cf')
  assert.deepEqual(possibleFullNames(mainCf, hostNamesOf('web')), ['Web.example.org', 'web.a'])
  assert.deepEqual(possibleFullNames(mainCf, hostNamesOf('web.c')), [])
})

test('resolveMainCf() takes the first stanza that matches, a regex before a later exact name too', () => {
  assert.deepEqual(resolve('^h:\n x = regex\nhost:\n x = name\n', 'host.a'), { x: 'regex' })
})

test('resolveMainCf() matches a regex with the full name', () => {
  assert.deepEqual(resolve('^host$:\n x = short\n^host\\.a$:\n x = full\n', 'host.a'), { x: 'full' })
})

test('resolveMainCf() gives the variables of a stanza to each of its targets', () => {
  const text = 'a b.c ^d:\n x = 1\n'
  for (const fqdn of ['a', 'b.c', 'dd']) assert.deepEqual(resolve(text, fqdn), { x: '1' })
})

test('resolveMainCf() lets later includes beat earlier ones, and own lines beat all of them', () => {
  const text = 'h: A B\n own = h\nA:\n own = A\n both = A\n a = A\nB: C\n both = B\nC:\n both = C\n c = C\n'
  assert.deepEqual(resolve(text, 'h'), { own: 'h', both: 'B', a: 'A', c: 'C' })
})

test('resolveMainCf() finds includes that are defined later', () => {
  assert.deepEqual(resolve('h: LATER\nLATER:\n x = 1\n', 'h'), { x: '1' })
})

test('resolveMainCf() applies DEFAULT once and lowest, also when it is included or stands last', () => {
  const text = 'A:\n x = A\nh: A DEFAULT\nDEFAULT: D\n x = default\nD:\n d = 1\n'
  assert.deepEqual(resolve(text, 'h'), { d: '1', x: 'A' })
  assert.deepEqual(resolve(text, 'DEFAULT'), { d: '1', x: 'default' })
})

test('resolveMainCf() gives nothing to a host that nothing matches in a file without DEFAULT', () => {
  assert.deepEqual(resolve('', 'h'), {})
  assert.deepEqual(resolve('other:\n x = 1\n', 'h'), {})
})

test('resolveMainCf() keeps a variable that is called like a property of every object', () => {
  assert.deepEqual(Object.entries(resolve('h:\n __proto__ = 1\n toString = 2\n', 'h')), [
    ['__proto__', '1'],
    ['toString', '2'],
  ])
})

test('resolveMainCf() works a stanza out once, however often it is included', () => {
  const depth = 60
  const lines = Array.from({ length: depth }, (_, index) => `s${index}: s${index + 1} s${index + 1}`)
  assert.deepEqual(resolve(`${lines.join('\n')}\ns${depth}:\n x = 1\n`, 's0'), { x: '1' })
})

test('matchingStanza() names the stanza that a host uses', () => {
  const mainCf = parseMainCf('DEFAULT:\na:\n', 'main.cf')
  assert.equal(matchingStanza(mainCf, hostNamesOf('a.b'))?.line, 2)
  assert.equal(matchingStanza(mainCf, hostNamesOf('b.b')), undefined)
  assert.equal(matchingStanza(mainCf, hostNamesOf('DEFAULT')), undefined)
})

test('repeatedTargets() names targets that can never be used', () => {
  assert.deepEqual(repeatedTargets(parseMainCf('a b:\nc:\nb:\nc a:\n', 'main.cf')), [
    { line: 3, message: 'b is never used here, it stands in line 1 already' },
    { line: 4, message: 'c is never used here, it stands in line 2 already' },
    { line: 4, message: 'a is never used here, it stands in line 1 already' },
  ])
})
