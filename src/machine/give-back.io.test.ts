import assert from 'node:assert/strict'
import { test } from 'node:test'
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
