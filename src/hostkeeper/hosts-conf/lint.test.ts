import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import { IsconfError } from '../../base/index.ts'
import type { Finding } from '../../config/index.ts'
import { parseHostsConf, resolveHost } from './hosts-conf.ts'
import { lintHostsFiles } from './lint.ts'

const shown = ({ severity, file, line, message }: Finding): string => `${severity} ${file}:${line}: ${message}`

function lint(...texts: readonly string[]): readonly string[] {
  return lintHostsFiles(texts.map((text, index) => ({ path: `${index}`, text }))).findings.map(shown)
}

const lines = (...all: readonly string[]): string => all.join('\n')

test('lintHostsFiles() finds nothing in Listing 1', () => {
  const listing = readFileSync(new URL('../../../test/hostkeeper/listings/hosts.conf', import.meta.url), 'utf8')
  assert.deepEqual(lint(listing), [])
})

test('lintHostsFiles() says everything that is wrong, of all hosts and files, in the order of the lines', () => {
  const first = lines('A=1', 'DEFAULT: PACKAGES=Block00', 'a: gone', "b: B='1", ' C=$(x)', 'c: d', 'd: c', 'e: defualt')
  assert.deepEqual(lint(first, 'f: f'), [
    'error 0:1: "A=1" begins no entry',
    'error 0:3: a: "gone" is neither NAME=value nor the name of an entry',
    "error 0:4: a single quote (') is not closed in its line",
    "error 0:5: $ is not expanded: quote it with '...'",
    'error 0:7: d: "c" is circular: c -> d -> c',
    'error 0:8: e: "defualt" is neither NAME=value nor the name of an entry (did you mean "DEFAULT"?)',
    'error 1:1: f: "f" is circular: f -> f',
  ])
})

test('lintHostsFiles() says nothing of an entry that a later file replaces', () => {
  assert.deepEqual(lint('a: gone', 'a: A=1'), [])
})

test('lintHostsFiles() tells a mistake in a macro once, however many hosts name it', () => {
  assert.deepEqual(lint(lines('a: web', 'b: web', 'web: gone')), [
    'error 0:3: web: "gone" is neither NAME=value nor the name of an entry',
  ])
})

test('lintHostsFiles() warns of what is set or named twice in an entry, and of DEFAULT where it does nothing', () => {
  assert.deepEqual(lint(lines('a: A=1 web', ' A=2', 'b: web DEFAULT web', 'web: A=3', 'DEFAULT:')), [
    'warning 0:2: a: A was set in line 1 of the same entry: the last value counts',
    'warning 0:3: b: DEFAULT applies to every host: to name it does nothing',
    'warning 0:3: b: web was named in line 3 of the same entry',
  ])
})

test('lintHostsFiles() warns of PACKAGES that are empty, and of exclude among others', () => {
  const alone = 'a host is taken out of management by PACKAGES=exclude alone, not by'
  assert.deepEqual(
    lint(lines('a: PACKAGES=', "b: PACKAGES=' '", 'c: PACKAGES="x exclude"', 'd: PACKAGES=Exclude', 'e: PACKAGES=$')),
    [
      'warning 0:1: a: PACKAGES is empty: make would have nothing to do',
      'warning 0:2: b: PACKAGES is empty: make would have nothing to do',
      `warning 0:3: c: ${alone} "x exclude"`,
      `warning 0:4: d: ${alone} "Exclude"`,
    ],
  )
})

test('lintHostsFiles() warns of entries that no host can have', () => {
  assert.deepEqual(lint(lines('web+db: A=1', 'RACK7: A=1', 'web+ssl: A=1', 'LISTS: A=1', 'a: web+ssl LISTS')), [
    "warning 0:1: web+db can't be the name of a host, and no entry names it",
    'warning 0:2: RACK7 is named by no entry, and only a host of that name would match it',
  ])
  assert.deepEqual(lint(lines('a: A=1', 'a.example.com: B=1', 'b: A=1', 'b.example.com: b')), [
    'warning 0:2: a.example.com does not get what a has: the entry of the full name is used alone',
  ])
})

test('lintHostsFiles() warns of slips in capitals and in DEFAULT', () => {
  assert.deepEqual(lint(lines('default: A=1', 'defualt: A=1', 'Web: A=1', 'web: a=1', 'x: Packages=y', 'y: Web web')), [
    'warning 0:1: default applies to a host of that name alone: did you mean DEFAULT?',
    'warning 0:2: defualt applies to a host of that name alone: did you mean DEFAULT?',
    'warning 0:4: web and Web differ in their capitals alone, and are not the same',
    'warning 0:4: a and A differ in their capitals alone, and are not the same',
    'warning 0:5: Packages and PACKAGES differ in their capitals alone, and are not the same',
  ])
})

test('lintHostsFiles() tells of two entries for one host', () => {
  assert.deepEqual(lint(lines('web1: A=1', 'Web1: A=2', 'a.b.: A=1')), [
    'warning 0:2: Web1 and web1 are names of one host: it gets the entry that is written as it calls itself',
  ])
})

const word = fc.constantFrom('a', 'b', 'c', 'DEFAULT', 'gone', 'A=1', 'PACKAGES=x', 'B=$')
const file = fc.array(
  fc
    .tuple(fc.constantFrom('a:', 'b:', 'c:', 'DEFAULT:', ''), fc.array(word, { maxLength: 3 }))
    .map(([name, words]) => [name, ...words].join(' ')),
  { maxLength: 6 },
)

test('lintHostsFiles() has an error exactly where some host would be refused', () => {
  fc.assert(
    fc.property(file, (lines) => {
      const files = [{ path: 'hosts.conf', text: lines.join('\n') }]
      const { findings } = lintHostsFiles(files)
      const errors = findings.filter(({ severity }) => severity === 'error')
      assert.equal(errors.length > 0, isRefused(files), findings.map(shown).join('\n'))
    }),
    { numRuns: 1000 },
  )
})

function isRefused(files: Parameters<typeof parseHostsConf>[0]): boolean {
  try {
    const conf = parseHostsConf(files)
    for (const name of ['other', ...conf.entries.keys()]) resolveHost(conf, { short: name, fqdn: name }, () => '')
    return false
  } catch (error) {
    if (error instanceof IsconfError) return true
    throw error
  }
}
