import assert from 'node:assert/strict'
import { test } from 'node:test'
import { IsconfError } from '../base/index.ts'
import { hmacKeysMax, parseHmacKeys } from './hmac-keys.ts'

const parse = (text: string) => parseHmacKeys(text, '/etc/is/hmac_keys')

function refuses(text: string, message: string): void {
  assert.throws(
    () => parse(text),
    (error) => {
      assert.ok(error instanceof IsconfError)
      assert.deepEqual([error.code, error.message], ['CONFIG', message])
      return true
    },
  )
}

const fresh = 'new-key!'.padEnd(16, '-')
const old = 'old"key'.padEnd(16, '-')

test('parseHmacKeys() proves with the first key and accepts all, in order', () => {
  assert.deepEqual(parse(`# keys\n\n${fresh}\n  ${old} \r\n`), {
    proves: fresh,
    accepts: [fresh, old],
    acceptsAny: false,
  })
})

test('parseHmacKeys() accepts any host where +ANY+ stands, behind a key or alone', () => {
  assert.deepEqual(parse(`${old}\n+ANY+\n`), { proves: old, accepts: [old], acceptsAny: true })
  assert.deepEqual(parse('+ANY+\n'), { proves: undefined, accepts: [], acceptsAny: true })
})

test('parseHmacKeys() refuses a file without keys, which would open the domain, and a key that can be guessed', () => {
  for (const text of ['', '\n', '# none\n']) refuses(text, '/etc/is/hmac_keys: it contains no key')
  refuses(`${'k'.repeat(15)}\n`, '/etc/is/hmac_keys:1: a key must have at least 16 characters')
})

test('parseHmacKeys() refuses lines that are no keys, and shows none of them', () => {
  refuses(
    '0123456789abcdef\nsecret#comment\n',
    '/etc/is/hmac_keys:2: a key must not hold #; a comment has a line of its own',
  )
  refuses('two words\n', '/etc/is/hmac_keys:1: a key must not hold a space; each has a line of its own')
  refuses('\nschlüssel\n', '/etc/is/hmac_keys:2: a key must be of printable ASCII characters')
  refuses('a\x7f\n', '/etc/is/hmac_keys:1: a key must be of printable ASCII characters')
})

test('parseHmacKeys() refuses more keys than it would try', () => {
  const keys = Array.from({ length: hmacKeysMax }, (_, index) => `${`key${index}`.padEnd(16, '-')}\n`).join('')
  assert.equal(parse(keys).accepts.length, hmacKeysMax)
  refuses(`${keys}one-more-than-that\n`, `/etc/is/hmac_keys:${hmacKeysMax + 1}: more than ${hmacKeysMax} keys`)
})
