import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryDirectory } from '../../test/support/files.ts'
import { closedMark } from './closed-mark.io.ts'
import { hostNamesOf } from './host-names.ts'
import { lintFile, lintHost } from './lint.io.ts'
import type { Finding } from './lint.ts'

type Ending = Parameters<typeof temporaryDirectory>[0]

function homeWith(
  t: Ending,
  mainCf: string,
  domain?: string,
): { home: string; lint: (environment?: Record<string, string>) => readonly string[] } {
  const home = temporaryDirectory(t)
  mkdirSync(join(home, 'conf'))
  if (domain !== undefined) writeFileSync(join(home, 'conf/domain'), domain)
  const configPath = join(home, 'main.cf')
  writeFileSync(configPath, mainCf.replaceAll('HOME', home))
  const show = ({ severity, file, line, message }: Finding): string =>
    `${file}:${line} ${severity} ${message}`.replaceAll(home, 'HOME')
  return {
    home,
    lint: (environment = {}) =>
      lintHost({
        configPath,
        host: hostNamesOf('alder.example.com'),
        environment: { IS_HOME: home, ...environment },
      }).map(show),
  }
}

test('lintHost() has nothing to say about a configuration that is right', (t) => {
  assert.deepEqual(homeWith(t, 'DEFAULT:\n  ROLE = web\n', 'example.com\n').lint(), [])
})

test('lintHost() reads the files that the settings name, and says everything about all of them', (t) => {
  const { home, lint } = homeWith(t, 'alder:\nIS_HMAC_KEYS = HOME/keys\nIS_NETS = HOME/nets\nIS_X = 1\n', 'x y\n')
  writeFileSync(join(home, 'keys'), 'a#b\n0123456789-house-k\n')
  chmodSync(join(home, 'keys'), 0o640)
  writeFileSync(join(home, 'nets'), 'tcp\n10.0.0.1 10.0.0.2\n')
  assert.deepEqual(lint({ IS_PORT: 'many', IS_Y: '1' }), [
    'HOME/main.cf:4 warning IS_X is not a setting',
    'null:null error environment: IS_PORT must be a port, 0 to 65535, not "many"',
    'null:null warning environment: IS_Y is not a setting',
    'HOME/conf/domain:1 error not a domain name: "x y"',
    'HOME/keys:1 error a key must not hold #; a comment has a line of its own',
    'HOME/keys:null warning open to others (mode 640): chmod 600 HOME/keys',
    'HOME/keys:null warning key 1 has 18 of the 20 characters that a key should have',
    'HOME/nets:1 error tcp without an address',
    'HOME/nets:2 error must be: tcp HOST[:PORT], or HOST[:PORT]; not "10.0.0.1 10.0.0.2"',
  ])
})

test('lintHost() reads conf/hmac_keys when IS_HMAC_KEYS names no other file, and does not miss it', (t) => {
  const { home, lint } = homeWith(t, '', 'example.com\n')
  assert.deepEqual(lint(), [])
  writeFileSync(join(home, 'conf/hmac_keys'), '0123456789-house-k\n', { mode: 0o600 })
  assert.deepEqual(lint(), [
    'HOME/conf/hmac_keys:null warning key 1 has 18 of the 20 characters that a key should have',
  ])
})

test('lintHost() misses conf/hmac_keys where it had the keys of the domain, as the daemon does', (t) => {
  const { home, lint } = homeWith(t, '', 'example.com\n')
  closedMark(home).note(true)
  assert.deepEqual(lint(), ['HOME/conf/hmac_keys:null error no such file, though it had the keys of the domain'])
})

test('lintHost() misses a domain, and files that are named and not there', (t) => {
  assert.deepEqual(homeWith(t, 'alder:\nIS_HMAC_KEYS = /no/keys\n').lint(), [
    'null:null error no domain is set: looked in HOME/conf/domain, main.cf and IS_DOMAIN; say isconf init DOMAIN',
    '/no/keys:null error no such file, though IS_HMAC_KEYS names it',
  ])
  assert.deepEqual(homeWith(t, 'alder:\nIS_DOMAIN = a b\n').lint(), ['HOME/main.cf:2 error not a domain name: "a b"'])
  assert.deepEqual(homeWith(t, '', '').lint(), ['HOME/conf/domain:null error the file is empty'])
})

test('lintHost() and lintFile() say that a file is not there or can not be read', (t) => {
  const { home } = homeWith(t, '')
  const gone: Finding = { severity: 'error', file: '/no/main.cf', line: null, message: 'no such file' }
  assert.deepEqual(lintHost({ configPath: '/no/main.cf', environment: {} }), [gone])
  assert.deepEqual(lintFile('/no/main.cf'), [gone])
  assert.deepEqual(lintFile(home), [{ ...gone, file: home, message: `cannot read ${home}: it is a directory` }])
})
