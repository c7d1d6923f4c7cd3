import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import { failure } from '../../../test/support/files.ts'
import { IsconfError } from '../../base/index.ts'
import { type HostsConf, parseHostsConf, type ResolvedHost, resolveHost } from './hosts-conf.ts'

const listing = readFileSync(new URL('../../../test/hostkeeper/listings/hosts.conf', import.meta.url), 'utf8')

const confOf = (...lines: readonly string[]): HostsConf =>
  parseHostsConf([{ path: 'hosts.conf', text: lines.join('\n') }])

function resolved(conf: HostsConf, name: string, callers: Readonly<Record<string, string>> = {}): ResolvedHost {
  return resolveHost(conf, { short: name.replace(/\..*/, ''), fqdn: name }, (variable) => callers[variable])
}

/** What make would be given for a host. */
function given(conf: HostsConf, name: string, callers: Readonly<Record<string, string>> = {}): readonly string[] {
  return [...resolved(conf, name, callers).variables].map(([key, { value }]) => `${key}=${value}`)
}

/** What is said of a file that is refused, by its parser or for the host `a`. */
function refused(...lines: readonly string[]): string {
  try {
    resolved(confOf(...lines), 'a')
  } catch (error) {
    assert.ok(error instanceof IsconfError, String(error))
    assert.equal(error.exit, 22)
    return error.message
  }
  assert.fail('nothing was refused')
}

const bank = 'PKGBANK=http://isconf/pkgbank'
const cvs = 'CVSROOT=:pserver:isro@isconf:/home/isconf/cvsroot'

test('parseHostsConf() takes Listing 1 as it stands', () => {
  const conf = parseHostsConf([{ path: 'hosts.conf', text: listing }])
  assert.deepEqual(
    [...conf.entries.keys()].join(' '),
    'DEFAULT scramjet node0.terraluna.org venus.terraluna.org voyager node3',
  )
  assert.deepEqual(given(conf, 'scramjet'), ['PACKAGES=Block00 cvs-1.11-3 etc/ntp.conf', bank, cvs])
  assert.deepEqual(given(conf, 'node0.terraluna.org'), ['PACKAGES=Block00 etc/ntp.conf', bank, cvs])
  assert.deepEqual(given(conf, 'venus.terraluna.org'), ['PACKAGES=Block00', bank, cvs])
  assert.equal(resolved(conf, 'voyager').excluded, true)
  assert.equal(resolved(conf, 'node3').excluded, true)
  assert.equal(resolved(conf, 'scramjet').excluded, false)
})

test('resolveHost() gives a host that is not listed the DEFAULT entry', () => {
  const conf = parseHostsConf([{ path: 'hosts.conf', text: listing }])
  assert.deepEqual(given(conf, 'pluto.terraluna.org'), ['PACKAGES=Block00', bank, cvs])
  assert.equal(resolved(conf, 'pluto').entry, 'DEFAULT')
  assert.equal(resolved(conf, 'venus0').entry, 'DEFAULT')
})

test('resolveHost() refuses a host that has no name yet, unless it is listed as that', () => {
  for (const name of ['localhost', 'localhost.localdomain', '(none)', '']) {
    const conf = parseHostsConf([{ path: 'hosts.conf', text: 'DEFAULT: PACKAGES=Block00\n' }])
    assert.throws(() => resolved(conf, name), failure('HOST_UNNAMED', /this host has no name yet/))
  }
  const conf = parseHostsConf([{ path: 'hosts.conf', text: 'localhost: PACKAGES=Block00\n' }])
  assert.equal(resolved(conf, 'localhost').entry, 'localhost')
})

test('resolveHost() refuses a host without a domain that may be one that is listed with it', () => {
  const conf = parseHostsConf([{ path: 'hosts.conf', text: listing }])
  assert.throws(
    () => resolved(conf, 'venus'),
    failure('HOST_UNNAMED', /is called venus, without a domain, and may be venus\.terraluna\.org \(hosts\.conf:\d+\)/),
  )
  assert.equal(resolved(conf, 'venus.example.com').entry, 'DEFAULT')
})

test('resolveHost() lets a host override only what it lists, at the place that DEFAULT had', () => {
  const conf = confOf('DEFAULT: A=1 B=2 C=3', 'a: D=4 B=5')
  assert.deepEqual(given(conf, 'a'), ['A=1', 'B=5', 'C=3', 'D=4'])
  assert.deepEqual(resolved(conf, 'a').variables.get('B'), { value: '5', place: 'hosts.conf:2' })
  assert.deepEqual(resolved(conf, 'a').variables.get('C'), { value: '3', place: 'hosts.conf:1' })
})

test('resolveHost() takes the entry of the full name before that of the short one', () => {
  const conf = confOf('a: A=short', 'a.example.com: A=full')
  assert.deepEqual(given(conf, 'a.example.com'), ['A=full'])
  assert.deepEqual(given(conf, 'a.example.org'), ['A=short'])
  assert.equal(resolved(conf, 'a.example.org').entry, 'a')
})

test('resolveHost() takes a host for excluded when PACKAGES is that one word', () => {
  const excluded = (value: string): boolean => resolved(confOf(`a: PACKAGES=${value}`), 'a').excluded
  assert.deepEqual(["'exclude'", "' exclude '", 'Exclude', "'exclude b'", "''"].map(excluded), [
    true,
    true,
    false,
    false,
    false,
  ])
})

test('resolveHost() knows a host whatever the case of its name, and with the dot of the root', () => {
  const conf = confOf(
    'DEFAULT: A=default',
    'web1: A=1',
    'Web2.Example.org.: A=2',
    'a: WEB3',
    'WEB3: A=3',
    'X: A=4',
    'x: A=5',
  )
  const names = (fqdn: string): ResolvedHost =>
    resolveHost(conf, { short: fqdn.split('.')[0] ?? '', fqdn }, () => undefined)
  assert.equal(names('WEB1').entry, 'web1')
  assert.equal(names('WEB1.example.com').entry, 'web1')
  assert.equal(names('web2.example.ORG').entry, 'Web2.Example.org.')
  // What other entries name is nobody's, unless it is called exactly so.
  assert.deepEqual([names('web3').entry, names('WEB3').entry], ['DEFAULT', 'WEB3'])
  assert.deepEqual([names('x').entry, names('X').entry], ['x', 'X'])
  assert.throws(() => names('WEB2'), failure('HOST_UNNAMED', /may be Web2\.Example\.org\./))
  assert.throws(
    () => resolved(confOf('web: A=1', 'Web: A=2'), 'WEB'),
    failure('CONFIG', /:2: WEB may be web .*:1\) or Web/),
  )
})

test('parseHostsConf() adds up the lines of one entry, in their order', () => {
  const conf = confOf('a: A=1', '', '  B=2 # and', '# no end of it', '\tC=3 A=4', 'b: A=5', 'a: D=6')
  assert.deepEqual(given(conf, 'a'), ['A=4', 'B=2', 'C=3', 'D=6'])
})

test('parseHostsConf() continues a line behind a backslash', () => {
  const conf = confOf('a: A=1 \\', 'B=2\\', '2 \\', '  C="3 \\', '4" # \\', 'b: A=5')
  assert.deepEqual(given(conf, 'a'), ['A=1', 'B=22', 'C=3 4'])
  assert.equal(resolved(conf, 'a').variables.get('C')?.place, 'hosts.conf:4')
})

test('parseHostsConf() takes lines that end as on other systems, and a byte order mark', () => {
  assert.deepEqual(given(confOf('\uFEFFa: A=1 \\\r', 'B=2\r', '\r', '\tC=3\r'), 'a'), ['A=1', 'B=2', 'C=3'])
})

test('parseHostsConf() replaces an entry by that of a later file', () => {
  const conf = parseHostsConf([
    { path: 'hosts.conf', text: 'DEFAULT: A=1\na: B=2 C=3\nb: B=4' },
    { path: 'hosts.conf.d/10.conf', text: 'a: B=5\n D=6' },
    { path: 'hosts.conf.d/20.conf', text: 'DEFAULT: E=7' },
  ])
  assert.deepEqual(given(conf, 'a'), ['E=7', 'B=5', 'D=6'])
  assert.equal(resolved(conf, 'a').variables.get('D')?.place, 'hosts.conf.d/10.conf:2')
  assert.deepEqual(given(conf, 'b'), ['E=7', 'B=4'])
})

test('parseHostsConf() takes what sh would expand in single quotes and behind a backslash only', () => {
  const conf = confOf(`a: A='$(B) \`x\`' C=\\$D E="\\$F \\\`"`)
  assert.deepEqual(given(conf, 'a'), ['A=$(B) `x`', 'C=$D', 'E=$F `'])
  const quote = "is not expanded: quote it with '...'"
  assert.equal(refused('a: A=$(B)'), `hosts.conf:1: $ ${quote}`)
  assert.equal(refused('a: A=1', ' B="$C"'), `hosts.conf:2: $ ${quote}`)
  assert.equal(refused('a: A=`B`'), `hosts.conf:1: \` ${quote}`)
  assert.equal(refused('a: A="`B`"'), `hosts.conf:1: \` ${quote}`)
  assert.equal(refused('a: A="$"'), `hosts.conf:1: $ ${quote}`)
  assert.equal(refused('a: A=x$'), `hosts.conf:1: $ ${quote}`)
})

test('parseHostsConf() refuses what sh would take for more than a word', () => {
  for (const char of ';&|<>()')
    assert.equal(
      refused(`a: A=1${char}B=2`),
      `hosts.conf:1: ${char} means something to sh, and no shell is run: quote it with '...'`,
    )
  assert.deepEqual(given(confOf(`a: A='1;&|<>()' B=~/*?[a]!{b,c}#d:e=f`), 'a'), ['A=1;&|<>()', 'B=~/*?[a]!{b,c}#d:e=f'])
})

test('parseHostsConf() refuses quotes that are left open', () => {
  assert.equal(refused('b: X=1', "a: A='1", "B=2'"), "hosts.conf:2: a single quote (') is not closed in its line")
  assert.equal(refused('a: A="1', 'B=2"'), 'hosts.conf:1: a double quote (") is not closed in its line')
  assert.equal(refused('a: A=1 \\'), 'hosts.conf:1: nothing follows the backslash at the end of the file')
  assert.equal(refused("a: A='1\0'"), 'hosts.conf:1: a NUL character, which no program can be given')
})

test('parseHostsConf() says which line is neither an entry nor goes on with one', () => {
  assert.equal(refused(' A=1', 'a: B=2'), 'hosts.conf:1: "A=1" stands before the first entry')
  assert.equal(refused('a: B=2', 'A=1'), 'hosts.conf:2: "A=1" begins no entry')
  assert.equal(refused('a : B=2'), 'hosts.conf:1: "a" begins no entry')
  assert.equal(refused('a:B=2'), 'hosts.conf:1: no blank behind "a:"')
  assert.equal(refused('a: B=2', '  b: C=3'), 'hosts.conf:2: "b:" is neither NAME=value nor can it name an entry')
  assert.equal(refused('a: B=2 \\', 'b: C=3'), 'hosts.conf:2: "b:" is neither NAME=value nor can it name an entry')
  assert.equal(refused("a: 'B c'"), 'hosts.conf:1: "B c" is neither NAME=value nor can it name an entry')
  assert.equal(refused("a: ''"), 'hosts.conf:1: "" is neither NAME=value nor can it name an entry')
  assert.equal(refused('a: B+=2'), 'hosts.conf:1: "B+" can\'t name a variable')
  assert.equal(refused('a: 1B=2'), 'hosts.conf:1: "1B" can\'t name a variable')
})

test("resolveHost() passes the caller's variable through for a lone $", () => {
  const conf = confOf('DEFAULT: A=$ # the caller knows', "a: B='$'", 'b: A=1', 'c: A="" B=$')
  assert.deepEqual(given(conf, 'a', { A: 'x y', B: 'z' }), ['A=x y', 'B=$'])
  assert.deepEqual(given(conf, 'a', { A: '' }), ['A=', 'B=$'])
  assert.deepEqual(given(conf, 'c', { B: '2' }), ['A=', 'B=2'])
  // Nobody is asked for what does not count.
  assert.deepEqual(given(conf, 'b'), ['A=1'])
  assert.throws(() => given(conf, 'a'), {
    message: 'hosts.conf:1: A=$ takes A from the environment, which has none, and nothing before it sets A',
  })
})

test('resolveHost() keeps an earlier value where the caller has none for a lone $', () => {
  const conf = confOf(
    'DEFAULT: GUI=0 PORT=80',
    'web: PORT=8080',
    'own: GUI=$ GUI=$',
    'a: own PORT=$',
    'b: web PORT=$',
    'c: own',
  )
  assert.deepEqual(given(conf, 'a'), ['GUI=0', 'PORT=80'])
  assert.deepEqual(given(conf, 'a', { GUI: '1', PORT: '' }), ['GUI=1', 'PORT='])
  // Where the words stand decides, and not where they are first read.
  assert.deepEqual(given(conf, 'b'), ['GUI=0', 'PORT=8080'])
  assert.deepEqual(given(conf, 'c'), ['GUI=0', 'PORT=80'])
})

test('resolveHost() replaces a word that names an entry by the words of that entry', () => {
  const conf = confOf(
    'DEFAULT: PACKAGES=Block00 NTP=ntp1',
    'web: PACKAGES="Block00 httpd" PORT=80 rack7',
    'rack7: GATEWAY=192.0.2.1 PORT=0',
    'a: PORT=8080 web NTP=ntp2',
    'b: web PORT=8080',
    'c: b PORT=1',
  )
  assert.deepEqual(given(conf, 'a'), ['PACKAGES=Block00 httpd', 'NTP=ntp2', 'PORT=0', 'GATEWAY=192.0.2.1'])
  assert.deepEqual(given(conf, 'b'), ['PACKAGES=Block00 httpd', 'NTP=ntp1', 'PORT=8080', 'GATEWAY=192.0.2.1'])
  assert.deepEqual(given(conf, 'c').at(-2), 'PORT=1')
  assert.equal(resolved(conf, 'a').variables.get('GATEWAY')?.place, 'hosts.conf:3')
})

test('resolveHost() lets DEFAULT be lowest also where an entry names it', () => {
  assert.deepEqual(given(confOf('DEFAULT: A=1 B=2', 'a: A=3 DEFAULT'), 'a'), ['A=3', 'B=2'])
})

test('resolveHost() takes an entry that a later line defines, and one without words', () => {
  assert.deepEqual(given(confOf('a: later none', 'later: A=1', 'none:'), 'a'), ['A=1'])
})

test('resolveHost() refuses a word that names no entry, with the one that may be meant', () => {
  const unknown = 'is neither NAME=value nor the name of an entry'
  assert.equal(refused('DEFAULT: A=1', 'a: gone'), `hosts.conf:2: a: "gone" ${unknown}`)
  assert.equal(refused('DEFAULT: A=1', 'a: defualt'), `hosts.conf:2: a: "defualt" ${unknown} (did you mean "DEFAULT"?)`)
  assert.equal(refused('web: A=1', 'a: b', 'b: B=2', ' Web'), `hosts.conf:4: b: "Web" ${unknown} (did you mean "web"?)`)
  assert.equal(refused('DEFAULT: PACKAGES=one two'), `hosts.conf:1: DEFAULT: "two" ${unknown}`)
  // Another host's mistake is its own.
  assert.deepEqual(given(confOf('a: A=1', 'b: gone'), 'a'), ['A=1'])
})

test('resolveHost() refuses entries that go round in a circle, whatever the detour', () => {
  assert.equal(refused('a: A=1 a'), 'hosts.conf:1: a: "a" is circular: a -> a')
  assert.equal(refused('a: b', 'b: c', 'c:', ' b'), 'hosts.conf:4: c: "b" is circular: b -> c -> b')
  assert.equal(
    refused('DEFAULT: web', 'web: DEFAULT', 'a:'),
    'hosts.conf:2: web: "DEFAULT" is circular: DEFAULT -> web -> DEFAULT',
  )
})

/** A host `a`, and below it macros nested so deep. */
const nested = (depth: number): readonly string[] => [
  'a: m1',
  ...Array.from({ length: depth - 1 }, (_, index) => `m${index + 1}: m${index + 2}`),
  `m${depth}: A=deep`,
]

test('resolveHost() follows macros 64 deep and no deeper, whichever it has met before', () => {
  assert.deepEqual(given(confOf(...nested(64)), 'a'), ['A=deep'])
  const tooDeep = (at: number, of: string): string =>
    `hosts.conf:${at + 1}: m${at}: "${of}" is nested more than 64 deep`
  assert.equal(refused(...nested(65)), tooDeep(64, 'm65'))
  const conf = confOf(...nested(65))
  assert.deepEqual(given(conf, 'm1'), ['A=deep'])
  assert.throws(() => given(conf, 'a'), { message: 'hosts.conf:2: m1: "m2" is nested more than 64 deep' })
  assert.match(refused(...nested(20_000)), /is nested more than 64 deep$/)
})

test('resolveHost() works out an entry once, however often it is named', () => {
  const lines = Array.from({ length: 60 }, (_, index) => `m${index}: m${index + 1} m${index + 1} m${index + 1}`)
  assert.deepEqual(given(confOf('a: m0', ...lines, 'm60: A=1'), 'a'), ['A=1'])
})

const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc
    .array(fc.constantFrom('a:', 'DEFAULT:', ' ', '\n', '\t', '\\', "'", '"', '$', '=', 'A', 'a', '#', '\r', ';'))
    .map((parts) => parts.join('')),
)

test('parseHostsConf() and resolveHost() throw nothing but failures for people', () => {
  fc.assert(
    fc.property(text, (text) => {
      try {
        const conf = parseHostsConf([{ path: 'hosts.conf', text }])
        for (const name of conf.entries.keys()) resolved(conf, name)
      } catch (error) {
        assert.ok(error instanceof IsconfError && error.code === 'CONFIG', String(error))
        assert.match(error.message, /^hosts\.conf:\d+: /)
      }
    }),
    { numRuns: 2000 },
  )
})
