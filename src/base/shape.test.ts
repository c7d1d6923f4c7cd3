import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isNumber, isText, isTexts, jsonOf, oneOf, orNull, shaped } from './shape.ts'

interface Sample {
  readonly name: string
  readonly words: readonly string[]
  readonly at: number | null
  readonly kind: 'a' | 'b'
}

const shape = { name: isText, words: isTexts, at: orNull(isNumber), kind: oneOf('a', 'b') }
const good: Sample = { name: 'x', words: ['y'], at: null, kind: 'a' }

test('shaped() gives the members that the shape names, and leaves out all others', () => {
  assert.deepEqual(shaped<Sample>(shape, { ...good, more: 1 }), good)
  assert.deepEqual(shaped<Sample>(shape, { ...good, at: 3, words: [] }), { ...good, at: 3, words: [] })
})

test('shaped() gives nothing for a member that is missing or is something else, nor for what is no object', () => {
  const bad = [
    { name: 1 },
    { words: 'y' },
    { words: [1] },
    { at: '3' },
    { at: Number.NaN },
    { kind: 'c' },
    { at: undefined },
  ]
  for (const one of bad) assert.equal(shaped<Sample>(shape, { ...good, ...one }), undefined, JSON.stringify(one))
  for (const one of [null, undefined, 3, 'x', [good]]) assert.equal(shaped<Sample>(shape, one), undefined)
})

test('jsonOf() gives nothing for a text that is no JSON', () => {
  assert.deepEqual(jsonOf('{"a":1}'), { a: 1 })
  for (const text of [undefined, '', '{"a":']) assert.equal(jsonOf(text), undefined)
})
