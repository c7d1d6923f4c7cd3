import assert from 'node:assert/strict'
import { test } from 'node:test'
import { IsconfError } from '../base/index.ts'
import { hmacKeysMax, noHmacKeys, parseHmacKeys } from './hmac-keys.ts'

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

test('parseHmacKeys() proves with the first key and accepts all, in order', () => {
  assert.deepEqual(parse('# keys\n\nnew-key!\n  old"key \r\n'), {
    proves: 'new-key!',
    accepts: ['new-key!', 'old"key'],
    acceptsAny: false,
  })
})

test('parseHmacKeys() accepts any host where +ANY+ stands behind a key', () => {
  assert.deepEqual(parse('key\n+ANY+\n'), { proves: 'key', accepts: ['key'], acceptsAny: true })
})

test('parseHmacKeys() ignores a file without keys', () => {
  for (const text of ['', '\n', '# none\n', '+ANY+\n']) assert.equal(parse(text), noHmacKeys)
})

test('parseHmacKeys() refuses lines that are no keys, and shows none of them', () => {
  refuses('key\nsecret#comment\n', '/etc/is/hmac_keys:2: a key must not hold #; a comment has a line of its own')
  refuses('two words\n', '/etc/is/hmac_keys:1: a key must not hold a space; each has a line of its own')
  refuses('\nschlüssel\n', '/etc/is/hmac_keys:2: a key must be of printable ASCII characters')
  refuses('a\x7f\n', '/etc/is/hmac_keys:1: a key must be of printable ASCII characters')
})

test('parseHmacKeys() refuses more keys than it would try', () => {
  const keys = Array.from({ length: hmacKeysMax }, (_, index) => `key${index}\n`).join('')
  assert.equal(parse(keys).accepts.length, hmacKeysMax)
  refuses(`${keys}one-more\n`, `/etc/is/hmac_keys:${hmacKeysMax + 1}: more than ${hmacKeysMax} keys`)
})
