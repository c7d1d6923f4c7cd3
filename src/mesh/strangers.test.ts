import assert from 'node:assert/strict'
import test from 'node:test'
import { SimClock } from '../../test/sim/clock.ts'
import { RefusedError } from './refused-error.ts'
import { Strangers } from './strangers.ts'

test('who was not admitted is told once for each address, the newest first, for some minutes', async () => {
  const clock = new SimClock()
  const strangers = new Strangers(clock)
  const told = (): readonly string[] => strangers.all().map(({ address, text }) => `${address} ${text}`)
  strangers.heard('10.0.0.1')
  strangers.refused('/ip4/10.0.0.2/tcp/4711', new RefusedError('other key', true))
  strangers.refused('/ip6/fd00::1/tcp/4711', new RefusedError('other key', false))
  strangers.heard('10.0.0.2')
  assert.deepEqual(told(), [
    'fd00::1 shows no key that is in the hmac_keys of this host',
    '10.0.0.2 does not accept the key that this host shows, the first of its hmac_keys',
    '10.0.0.1 is of another domain than this host',
  ])
  assert.deepEqual(
    strangers.all().map(({ isOnlyHeard }) => isOnlyHeard),
    [false, false, true],
  )
  strangers.forget('/ip4/10.0.0.2/tcp/4712')
  assert.equal(told().length, 2)
  await clock.run(5 * 60_000 + 1)
  assert.deepEqual(told(), [])
  for (let host = 0; host < 100; host += 1) strangers.heard(`10.0.1.${host}`)
  assert.equal(told().length, 20)
})
