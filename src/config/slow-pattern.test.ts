import assert from 'node:assert/strict'
import { test } from 'node:test'
import { slownessOf } from './slow-pattern.ts'

const slow = [
  '^(a+)+$',
  '^(a*)*$',
  '^(a|a)*$',
  '^(a|ab){2,}$',
  '^((a+)b?)+$',
  '^(?:[a-z]+){10}$',
  '^(a?){50}$',
  '^(?<name>.*)+x',
  '^(([a-z])+.)+[A-Z]([a-z])+$',
  '^.*a.*a.*a.*a.*b$',
]
for (const pattern of slow)
  test(`${pattern} can take for ever`, () => assert.match(slownessOf(pattern) ?? '', /^it repeats/))

const harmless = [
  '^',
  '^web[0-9]+$',
  '^(www|db)\\d+\\.(fra|nyc)\\.example\\.(com|net)$',
  '^(web){1,3}$',
  '^(?:a.){2,9}b',
  '^[(+*)]+\\(\\)+$',
  '^\\(a+\\)+$',
  '^(a|b)?c',
  '^a{3}b{3,}',
  '^.*\\.example\\.com',
  '^[a-z]+[0-9]+\\.[a-z]+\\.[a-z.]+$',
  '^a{b}',
]
for (const pattern of harmless) test(`${pattern} is harmless`, () => assert.equal(slownessOf(pattern), undefined))

test('what is let through takes no time on the longest name', () => {
  // Unlike a limit of time, this can fail in one way only: it does not end.
  for (const pattern of harmless) assert.equal(typeof new RegExp(pattern).test(`${'a'.repeat(252)}!`), 'boolean')
})
