import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Clock, IsconfError, silentLog } from '../base/index.ts'
import { type Config, resolveConfig } from '../config/config.ts'
import { noHmacKeys } from '../config/hmac-keys.ts'
import { hostNamesOf } from '../config/host-names.ts'
import { noNets } from '../config/nets.ts'
import type { Watching } from '../config/watch.io.ts'
import { LiveConfig } from './live-config.ts'

function configOf(lines: string, name = 'alder.example.com'): Config {
  const host = hostNamesOf(name)
  const mainCfText = `DEFAULT:\n${lines}`
  return resolveConfig({ environment: {}, host, mainCfPath: '/main.cf', mainCfText, domainFileText: 'example.com\n' })
}

interface Live {
  readonly live: LiveConfig
  readonly watched: string[]
  readonly expired: string[]
  next: string
  name: string
  nowMs: number
  readonly errors: string[]
}

function liveOf(lines: string): Live {
  const watched: string[] = []
  const errors: string[] = []
  const expired: string[] = []
  const world = { next: lines, name: 'alder.example.com', nowMs: 0 }
  const clock: Clock = { wallMs: () => 0, monotonicMs: () => world.nowMs, after: () => () => undefined }
  const watch = <Value>(path: string | undefined, value: Value): Watching<Value> => {
    if (path?.includes('bad')) throw new IsconfError('CONFIG', `${path}:1: a bad line`)
    watched.push(path ?? 'none')
    return Object.assign(() => value, { warnings: () => [], expire: () => void expired.push(path ?? 'none') })
  }
  const deps = {
    load: () => configOf(world.next, world.name),
    names: () => hostNamesOf(world.name),
    watchKeys: ({ hmacKeysPath }: Config) => watch(hmacKeysPath, { ...noHmacKeys, proves: hmacKeysPath }),
    watchNets: ({ netsPath }: Config) => watch(netsPath, noNets),
    clock,
    log: { ...silentLog, error: (_: object, message: string) => void errors.push(message) },
  }
  return Object.assign(world, { live: new LiveConfig(deps, configOf(lines)), watched, expired, errors })
}

test('reread() makes new variables and paths count, and looks at no file twice', () => {
  const world = liveOf('\tROLE=web\n\tIS_HMAC_KEYS=/keys\n')
  assert.deepEqual(world.watched, ['/keys', 'none'])
  world.next = '\tROLE=db\n\tIS_HMAC_KEYS=/keys\n'
  world.live.reread()
  assert.equal(world.live.now.variables['ROLE'], 'db')
  assert.equal(world.watched.length, 2)
  world.next = '\tIS_HMAC_KEYS=/other\n'
  world.live.reread()
  assert.equal(world.live.keys().proves, '/other')
  assert.deepEqual(world.live.warnings(), [])
})

test('variables() are those of main.cf at each moment, and with a mistake in it those before, which is said', () => {
  const world = liveOf('\tROLE=web\n')
  assert.equal(world.live.variables()['ROLE'], 'web')
  world.next = '\tROLE=db\n\tIS_OWNER=numeric\n'
  assert.equal(world.live.variables()['ROLE'], 'db')
  assert.equal(world.live.now.owner, 'name', 'a setting waits to be told')
  world.next = '\tROLE=mail\n\tIS_PORT=many\n'
  assert.equal(world.live.variables()['ROLE'], 'db')
  assert.match(world.live.warnings().join(), /main\.cf:3: IS_PORT .*; commands get the variables as they were/)
  world.next = '\tROLE=mail\n'
  assert.equal(world.live.variables()['ROLE'], 'mail')
  assert.deepEqual(world.live.warnings(), [])
})

test('reread() with a mistake keeps all as it was, and says where it is until it is gone', () => {
  const world = liveOf('\tROLE=web\n\tIS_HMAC_KEYS=/keys\n')
  for (const [next, words] of [
    ['\tIS_PORT=many\n', '/main.cf:2: IS_PORT must be a port'],
    ['\tROLE=db\n\tIS_HMAC_KEYS=/bad\n', '/bad:1: a bad line'],
    ['\tIS_HMAC_KEYS=/other\n\tIS_NETS=/bad\n', '/bad:1: a bad line'],
  ] as const) {
    world.next = next
    world.live.reread()
    assert.equal(world.live.now.variables['ROLE'], 'web')
    assert.equal(world.live.keys().proves, '/keys')
    assert.ok(world.errors.at(-1)?.startsWith(words), world.errors.at(-1))
    assert.ok(world.live.warnings()[0]?.startsWith(words))
  }
  world.next = '\tROLE=db\n'
  world.live.reread()
  assert.deepEqual([world.live.now.variables['ROLE'], world.live.warnings()], ['db', []])
})

test('reread() says what counts only after a restart, as long as it differs', () => {
  const world = liveOf('')
  world.next = '\tIS_PORT=1\n'
  world.live.reread()
  assert.deepEqual(world.live.warnings(), ['IS_PORT has changed and counts after a restart: isconf restart'])
  world.live.reread()
  assert.equal(world.live.warnings().length, 1)
  world.next = ''
  world.live.reread()
  assert.deepEqual(world.live.warnings(), [])
})

test('keys() hears of a file that is named while the daemon runs, and of no other change', () => {
  const world = liveOf('\tROLE=web\n')
  world.next = '\tROLE=db\n\tIS_HMAC_KEYS=/keys\n'
  assert.equal(world.live.keys().proves, '/var/is/conf/hmac_keys')
  world.nowMs = 5_000
  assert.equal(world.live.keys().proves, '/keys')
  assert.equal(world.live.now.variables['ROLE'], 'web')
  world.next = '\tIS_PORT=many\n'
  world.nowMs = 10_000
  assert.equal(world.live.keys().proves, '/keys')
  assert.match(world.live.warnings()[0] ?? '', /IS_PORT must be a port.*; the keys stay as they were$/)
})

test('keys() does not open the domain because a file that is being written names no keys at this moment', () => {
  const world = liveOf('\tIS_HMAC_KEYS=/keys\n')
  world.next = ''
  world.nowMs = 5_000
  assert.equal(world.live.keys().proves, '/keys')
  assert.match(world.live.warnings().join(), /^IS_HMAC_KEYS is not set any more: the keys of \/keys count until/)
  world.live.reread()
  assert.equal(world.live.keys().proves, '/var/is/conf/hmac_keys')
  assert.deepEqual(world.live.warnings(), [])
})

test('host() is how the host is called at each moment, and main.cf counts as it is for that name', () => {
  const world = liveOf('\tROLE=web\n\nbirch.example.com:\n\tROLE=db\n')
  assert.equal(world.live.host().short, 'alder')
  world.name = 'birch.example.com'
  assert.deepEqual(world.live.host(), { short: 'birch', fqdn: 'birch.example.com' })
  assert.equal(world.live.now.variables['ROLE'], 'db')
})

test('filesChanged() has keys and nets looked at again, and reread() and it tell who listens', () => {
  const world = liveOf('\tIS_HMAC_KEYS=/keys\n\tIS_NETS=/nets\n')
  const { live, expired } = world
  const heard: string[] = []
  const cancels = [live.onFiles(() => void heard.push('files')), live.onReread(() => void heard.push('reread'))]
  assert.deepEqual(live.files(), ['/main.cf', '/keys', '/nets'])
  world.next = '\tIS_HMAC_KEYS=/other\n\tIS_NETS=/nets\n'
  live.filesChanged()
  assert.deepEqual([expired, heard], [['/keys', '/nets'], ['files']])
  assert.equal(live.keys().proves, '/other', 'main.cf is looked at again, however short ago that was')
  assert.deepEqual(live.files(), ['/main.cf', '/other', '/nets'])
  live.reread()
  assert.deepEqual(heard, ['files', 'reread', 'files'])
  for (const cancel of cancels) cancel()
  live.reread()
  assert.equal(heard.length, 3)
})
