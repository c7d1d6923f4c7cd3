import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SimClock } from '../../../test/sim/clock.ts'
import { silentLog } from '../../base/index.ts'
import type { DomainEvent } from '../../control/index.ts'
import { EventBus, keptMax, type News } from './event-bus.ts'

const done = (operation: string): News => ({
  ...{ type: 'operation-done', scope: 'host', host: 'alder', branch: 'generic', operation },
})
const operationsOf = (events: readonly object[]): readonly unknown[] =>
  events.map((event) => (event as { operation?: string }).operation)

test('EventBus tells each listener what comes, with an id and a time, also when another one fails', () => {
  const errors: string[] = []
  const bus = new EventBus(new SimClock(), { ...silentLog, error: (_, text) => errors.push(text) })
  const heard: DomainEvent[] = []
  bus.tell(done('a:0'))
  bus.listen(() => assert.fail('a listener that fails'))
  const leave = bus.listen((event) => heard.push(event))
  bus.tell(done('b:0'))
  leave()
  bus.tell(done('c:0'))
  assert.deepEqual(operationsOf(heard), ['b:0'])
  assert.equal(heard[0]?.time, '2030-01-01T00:00:00.000Z')
  assert.deepEqual(errors, ['an event could not be told', 'an event could not be told'])
})

test('EventBus.keptAfter() goes on behind an id, and says what is missing', async () => {
  const clock = new SimClock()
  const bus = new EventBus(clock, silentLog)
  for (const name of ['a', 'b', 'c']) bus.tell(done(name))
  const all = bus.keptAfter('start')
  assert.deepEqual(operationsOf(all), ['a', 'b', 'c'])
  assert.deepEqual(bus.keptAfter(undefined), [])
  assert.deepEqual(operationsOf(bus.keptAfter(all[0]?.id)), ['b', 'c'])
  assert.deepEqual(bus.keptAfter(all[2]?.id), [])
  await clock.run(1)
  const later = new EventBus(clock, silentLog)
  later.tell(done('d'))
  const [first, ...rest] = later.keptAfter(all[2]?.id)
  assert.deepEqual([first?.type, operationsOf(rest)], ['missed', ['d']], 'of an earlier daemon')
  assert.deepEqual(operationsOf(later.keptAfter(first?.id)), ['d'], 'the word itself is a place to go on from')
  for (const odd of ['', 'x', `${all[0]?.id}9`, `${later.keptAfter('start')[0]?.id}9`]) {
    assert.equal(later.keptAfter(odd)[0]?.type, 'missed', odd)
  }
})

test('EventBus keeps so many events and no more, and says so to whoever comes late', () => {
  const bus = new EventBus(new SimClock(), silentLog)
  bus.tell(done('first'))
  const [first] = bus.keptAfter('start')
  for (let count = 0; count < 3 * keptMax; count += 1) bus.tell(done(String(count)))
  const kept = bus.keptAfter('start')
  assert.equal(kept.length, keptMax)
  assert.deepEqual(operationsOf(kept.slice(-1)), [String(3 * keptMax - 1)])
  assert.equal(bus.keptAfter(first?.id)[0]?.type, 'missed')
  assert.equal(bus.keptAfter(kept[0]?.id).length, keptMax - 1)
})
