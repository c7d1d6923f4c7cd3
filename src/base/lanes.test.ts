import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inLanes } from './lanes.ts'

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test('inLanes() runs each item once, in order, and no more at once than it may', async () => {
  const begun: number[] = []
  let [running, most] = [0, 0]
  await inLanes([4, 3, 2, 1, 0], 2, async (turns, index) => {
    begun.push(index)
    most = Math.max(most, ++running)
    for (let count = 0; count < turns; count += 1) await turn()
    running -= 1
  })
  assert.deepEqual([begun, most, running], [[0, 1, 2, 3, 4], 2, 0])
})

test('inLanes() begins nothing after a failure, and throws the first when what is under way has ended', async () => {
  const ended: number[] = []
  const run = inLanes([0, 1, 2, 3], 2, async (item) => {
    await turn()
    if (item === 0) throw new Error('first')
    await turn()
    ended.push(item)
    throw new Error('second')
  })
  await assert.rejects(run, /first/)
  assert.deepEqual(ended, [1])
})

test('inLanes() of nothing does nothing', async () => {
  await inLanes([], 4, () => assert.fail())
})
