import assert from 'node:assert/strict'
import { test } from 'node:test'
import { getHeapSpaceStatistics } from 'node:v8'
import { giveBackAll } from './give-back.io.ts'

test('giveBackAll() gives the system the pages of what nobody needs any more', () => {
  const much = Array.from({ length: 500_000 }, (_, index) => ({ index, text: `number ${index}` }))
  const full = process.memoryUsage()
  much.length = 0
  giveBackAll()
  const left = process.memoryUsage()
  const [collected, given] = [full.heapUsed - left.heapUsed, full.rss - left.rss]
  assert.ok(collected > 16e6, `${collected} bytes were collected`)
  assert.ok(given > collected / 2, `${given} of ${collected} bytes were given back`)
})

test('giveBackAll() gives back what V8 has compiled to machine code', () => {
  const machineCode = (): number =>
    getHeapSpaceStatistics().find(({ space_name }) => space_name === 'code_space')?.space_used_size ?? 0
  // Called often enough to be compiled for the machine, each for itself.
  const functions = Array.from(
    { length: 300 },
    (_, index) =>
      new Function('list', `let sum = ${index}; for (const one of list) sum += one * ${index}; return sum`) as (
        list: readonly number[],
      ) => number,
  )
  const list = Array.from({ length: 200 }, (_, index) => index)
  const before = machineCode()
  for (let round = 0; round < 1_000 && machineCode() < before + 200_000; round += 1)
    for (const one of functions) one(list)
  const compiled = machineCode() - before
  assert.ok(compiled >= 200_000, `only ${compiled} bytes were compiled`)
  giveBackAll()
  const left = machineCode() - before
  assert.ok(left < compiled / 2, `${left} of ${compiled} bytes are left`)
  assert.equal(functions[3]?.([1, 2]), 12)
})
