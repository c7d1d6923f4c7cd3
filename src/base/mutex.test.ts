import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { Mutex } from './mutex.ts'

test('Mutex runs one at a time, in the order of asking, also after one that fails', async () => {
  const mutex = new Mutex()
  const trace: string[] = []
  const work = (name: string, turns: number) => async (): Promise<string> => {
    trace.push(`${name} begins`)
    for (let turn = 0; turn < turns; turn += 1) await nextTurn()
    trace.push(`${name} ends`)
    if (name === 'b') throw new Error('b fails')
    return name
  }
  const results = await Promise.allSettled([mutex.run(work('a', 3)), mutex.run(work('b', 2)), mutex.run(work('c', 0))])
  assert.deepEqual(trace, ['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends'])
  assert.deepEqual(
    results.map((result) => (result.status === 'fulfilled' ? result.value : (result.reason as Error).message)),
    ['a', 'b fails', 'c'],
  )
})
