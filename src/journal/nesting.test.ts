import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isNestedDeeply } from './nesting.ts'

test('brackets within strings are not nesting, wherever quotes and backslashes stand', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('[', '{', '"', '\\', ']', 'a'), { maxLength: 200 }), (parts) => {
      const text = JSON.stringify({ text: parts.join('') })
      assert.equal(isNestedDeeply(text), false)
      assert.equal(isNestedDeeply(`${'['.repeat(63)}${text}${']'.repeat(63)}`), false)
      assert.equal(isNestedDeeply(`[${text},${'['.repeat(64)}`), true)
    }),
  )
})

test('what is no JSON ends, too', () => {
  for (const text of ['', '"', '"\\', '\\"', '"a\\"', ']'.repeat(100)]) assert.equal(isNestedDeeply(text), false)
})
