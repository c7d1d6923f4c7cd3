import assert from 'node:assert/strict'
import { test } from 'node:test'
import { IsconfError } from '../base/index.ts'
import { type Config, type ConfigInput, resolveConfig } from './config.ts'
import { settings } from './settings.ts'

const nothing: ConfigInput = {
  environment: {},
  host: { short: 'alder', fqdn: 'alder.example.com' },
  mainCfPath: '/etc/is/main.cf',
  mainCfText: undefined,
  domainFileText: undefined,
}

const resolve = (given: Partial<ConfigInput>): Config => resolveConfig({ ...nothing, ...given })

function refuses(given: Partial<ConfigInput>, message: string): void {
  assert.throws(
    () => resolve(given),
    (error) => {
      assert.ok(error instanceof IsconfError)
      assert.deepEqual([error.code, error.message], ['CONFIG', message])
      return true
    },
  )
}

test('resolveConfig() has a safe default for everything but the domain', () => {
  assert.deepEqual(resolve({}), {
    home: '/var/is',
    domain: undefined,
    port: 65_027,
    httpPort: 65_028,
    web: 'no',
    listen: '0.0.0.0',
    network: 'auto',
    netsPath: undefined,
    noBroadcast: false,
    hmacKeysPath: '/var/is/conf/hmac_keys',
    hmacKeysNamed: false,
    volroot: '/',
    rebootCommand: 'shutdown -r now',
    bootIdPath: '/proc/sys/kernel/random/boot_id',
    hooksPath: '/etc/is/hooks',
    notify: undefined,
    sharedDirectories: '',
    owner: 'name',
    log: 'auto',
    replayWarnings: 'warn',
    reserve: '5%',
    upMode: 'manual',
    upSplayS: 60,
    upWindow: undefined,
    rehearsals: 'no',
    commandTimeoutS: 60,
    host: { short: 'alder', fqdn: 'alder.example.com' },
    variables: {},
    warnings: [],
    mainCfPath: '/etc/is/main.cf',
    places: {},
  })
})

test('resolveConfig() reads every setting', () => {
  const config = resolve({
    mainCfText: `alder:
      IS_HOME = /srv/is/
      IS_DOMAIN = example.com
      IS_PORT = 0
      IS_LISTEN = 127.0.0.2
      IS_NETS = /etc/is/nets
      IS_NOBROADCAST = yes
      IS_HMAC_KEYS = /etc/is/hmac_keys
      IS_VOLROOT = /srv/root
      IS_REBOOT_CMD = "/sbin/reboot  now"
      IS_OWNER = numeric
      IS_HTTP_PORT = 8080
    `,
  })
  const { home, port, httpPort, listen, netsPath, noBroadcast, hmacKeysPath, volroot, rebootCommand, owner, warnings } =
    config
  assert.deepEqual(
    { home, port, httpPort, listen, netsPath, noBroadcast, hmacKeysPath, volroot, rebootCommand, owner, warnings },
    {
      home: '/srv/is',
      port: 0,
      httpPort: 8080,
      listen: '127.0.0.2',
      netsPath: '/etc/is/nets',
      noBroadcast: true,
      hmacKeysPath: '/etc/is/hmac_keys',
      volroot: '/srv/root',
      rebootCommand: '/sbin/reboot  now',
      owner: 'numeric',
      warnings: [],
    },
  )
})

test('resolveConfig() lets main.cf beat the environment', () => {
  const environment = { IS_PORT: '1', IS_LISTEN: '127.0.0.9' }
  const config = resolve({ environment, mainCfText: 'DEFAULT:\n IS_PORT = 2\n' })
  assert.deepEqual([config.port, config.listen], [2, '127.0.0.9'])
})

test('resolveConfig() takes an empty value for the default', () => {
  const environment = { IS_PORT: '', IS_NETS: '/etc/is/nets', IS_DOMAIN: '' }
  const config = resolve({ environment, mainCfText: 'alder:\n IS_NETS =\n' })
  assert.deepEqual([config.port, config.netsPath, config.domain], [65_027, undefined, undefined])
})

test('resolveConfig() lets conf/domain beat both other places, and remembers which it was', () => {
  const environment = { IS_DOMAIN: 'from.env', IS_HOME: '/srv/is' }
  const mainCfText = 'DEFAULT:\n IS_DOMAIN = from.main\n'
  assert.deepEqual(resolve({ environment }).domain, { name: 'from.env', source: 'environment' })
  assert.deepEqual(resolve({ environment, mainCfText }).domain, { name: 'from.main', source: '/etc/is/main.cf:2' })
  for (const domainFileText of ['from.file', 'from.file\n']) {
    assert.deepEqual(resolve({ environment, mainCfText, domainFileText }).domain, {
      name: 'from.file',
      source: '/srv/is/conf/domain',
    })
  }
})

test('resolveConfig() does not mind a bad domain that conf/domain beats', () => {
  assert.equal(resolve({ environment: { IS_DOMAIN: '/' }, domainFileText: 'example.com' }).domain?.name, 'example.com')
})

test('resolveConfig() refuses a domain that is none, with its place', () => {
  refuses({ environment: { IS_DOMAIN: 'a b' } }, 'environment: not a domain name: "a b"')
  refuses({ mainCfText: 'alder:\n IS_DOMAIN = ../x\n' }, '/etc/is/main.cf:2: not a domain name: "../x"')
  refuses({ domainFileText: 'a.b\nc.d\n' }, '/var/is/conf/domain:1: not a domain name: "a.b\\nc.d"')
  refuses({ domainFileText: '\n' }, '/var/is/conf/domain: the file is empty')
})

test('resolveConfig() refuses values that are none, with their place', () => {
  refuses({ environment: { IS_PORT: 'x' } }, 'environment: IS_PORT must be a port, 0 to 65535, not "x"')
  refuses(
    { mainCfText: 'DEFAULT:\n\n IS_NOBROADCAST = maybe\n' },
    '/etc/is/main.cf:3: IS_NOBROADCAST must be 1, 0, yes, no, true, false, on or off, not "maybe"',
  )
  refuses({ environment: { IS_VOLROOT: 'x' } }, 'environment: IS_VOLROOT must be an absolute path, not "x"')
  refuses({ environment: { IS_LISTEN: 'lo' } }, 'environment: IS_LISTEN must be an IP address, not "lo"')
  refuses({ environment: { IS_OWNER: '0' } }, 'environment: IS_OWNER must be name or numeric, not "0"')
  refuses({ environment: { IS_HTTP_PORT: 'x' } }, 'environment: IS_HTTP_PORT must be a port, 0 to 65535, not "x"')
})

test('resolveConfig() warns of what has no effect', () => {
  const { warnings } = resolve({
    // IS_ROLE is like no setting: it may be another program's.
    environment: { IS_PROT: '1', ISCONF_X: '1', PATH: '/bin', IS_: '', IS_ROLE: 'db' },
    mainCfText: 'DEFAULT:\n IS_NET = /x\n IS_HOSTNAME = y\nalder:\nalder:\n',
  })
  assert.deepEqual(warnings, [
    '/etc/is/main.cf:5: alder is never used here, it stands in line 4 already',
    '/etc/is/main.cf:2: IS_NET is not a setting (did you mean IS_NETS?)',
    '/etc/is/main.cf:3: IS_HOSTNAME has an effect only in the environment',
    'environment: IS_PROT is not a setting (did you mean IS_PORT?)',
  ])
})

test('resolveConfig() hands on the variables of main.cf, and only those', () => {
  const { variables } = resolve({
    environment: { floor: '9', A: '1' },
    mainCfText: 'DEFAULT:\n floor = 2\n IS_PORT=1\n',
  })
  assert.deepEqual(variables, { floor: '2', IS_PORT: '1' })
})

test('resolveConfig() gives a value that nobody can change', () => {
  const config = resolve({ domainFileText: 'example.com' })
  for (const part of [config, config.domain, config.variables, config.warnings, config.host]) {
    assert.ok(Object.isFrozen(part))
  }
})

test('every setting has a sentence for the manual and a default that needs no parsing', () => {
  for (const row of Object.values(settings)) {
    assert.match(row.env, /^IS_[A-Z_]+$/)
    assert.match(row.describe, /^[A-Z].*\.$/)
    assert.notEqual(row.form, '')
  }
})
