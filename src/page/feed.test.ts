import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SimClock } from '../../test/sim/clock.ts'
import type { Client } from '../control/index.ts'
import { Feed } from './feed.ts'

test('a feed hears the daemon once for all, again when it was cut off, and not when nobody looks on', async () => {
  const clock = new SimClock()
  const ends: (() => void)[] = []
  let tell: (type: string) => void = () => undefined
  const client: Pick<Client, 'listen'> = {
    listen: (_, onEvent) =>
      new Promise((resolve, reject) => {
        tell = (type) => {
          try {
            onEvent({ type } as Parameters<typeof onEvent>[0])
          } catch (thrown) {
            reject(thrown)
          }
        }
        ends.push(resolve)
      }),
  }
  const feed = new Feed(client, clock)
  const heard: string[] = []
  const leave = feed.add((type) => void heard.push(`one ${type}`))
  const leaveToo = feed.add((type) => void heard.push(`two ${type}`))
  tell('lock-taken')
  leaveToo()
  assert.deepEqual([heard, ends.length], [['one lock-taken', 'two lock-taken'], 1])
  ends[0]?.()
  await clock.run(1_000)
  assert.equal(ends.length, 2)
  tell('checked-in')
  assert.deepEqual(heard.slice(2), ['one again', 'one checked-in'])
  leave()
  tell('lock-released')
  await clock.run(1_000)
  assert.deepEqual([heard.length, ends.length], [4, 2])
  feed.add((type) => void heard.push(type))
  assert.equal(ends.length, 3)
})
