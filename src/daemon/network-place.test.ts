import assert from 'node:assert/strict'
import { test } from 'node:test'
import { IsconfError } from '../base/index.ts'
import { unitSocket } from '../config/index.ts'
import { automaticPlace, insteadOf } from './network-place.ts'

const config = { port: 65_027, web: 'no' }
const inUnit = { isRoot: true, isService: true, hasSocket: true }

test("automaticPlace() is the unit's socket for root's daemon, whoever has started it", () => {
  for (const isService of [true, false])
    assert.deepEqual(automaticPlace(config, { ...inUnit, isService }), { place: { path: unitSocket } })
})

test('automaticPlace() is none, without a word, for a plain user and where nothing has made the socket', () => {
  for (const around of [
    { isRoot: false, isService: true, hasSocket: true },
    { isRoot: false, isService: false, hasSocket: false },
    { isRoot: true, isService: false, hasSocket: false },
  ])
    assert.deepEqual(automaticPlace(config, around), { why: undefined })
})

test('automaticPlace() says what is missing where a service manager should have made the socket', () => {
  const found = automaticPlace(config, { ...inUnit, hasSocket: false })
  assert.match(
    'why' in found ? (found.why ?? '') : '',
    /as root: isconf-network\.socket does not run; .*IS_NETWORK=no$/,
  )
})

test('automaticPlace() is none for a port that the unit may not have, and names it', () => {
  for (const [changed, names] of [
    [{ port: 700 }, 'IS_PORT=700'],
    [{ port: 80, web: '443' }, 'IS_PORT=80 and IS_WEB=443'],
  ] as const) {
    const found = automaticPlace({ ...config, ...changed }, inUnit)
    assert.ok('why' in found && found.why?.includes(`${names} is below 1024`), names)
  }
  for (const web of ['0', '8080', '/run/page']) assert.ok('place' in automaticPlace({ ...config, web }, inUnit), web)
})

test('insteadOf() goes on without a process that does not come, and not when the port is taken', () => {
  assert.match(insteadOf(new IsconfError('NETWORK_PROCESS', 'it did not start')) ?? '', /as root: it did not start;/)
  for (const error of [new IsconfError('PORT_TAKEN', 'taken'), new Error('a bug')])
    assert.equal(insteadOf(error), undefined)
})
