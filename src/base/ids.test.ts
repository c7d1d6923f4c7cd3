import assert from 'node:assert/strict'
import { test } from 'node:test'
import { failure } from '../../test/support/files.ts'
import {
  type ChangesetId,
  isName,
  isSha256Hex,
  noChangeset,
  operationName,
  parseBranchName,
  parseDomainName,
} from './ids.ts'

for (const name of ['ab', 'web', 'a.b', '_x', '9-', 'A1', 'x..', 'example.com', 'w'.repeat(200)]) {
  test(`isName() takes ${JSON.stringify(name.slice(0, 20))} of ${name.length}`, () => {
    assert.ok(isName(name))
  })
}

const noNames = [
  '',
  'a',
  '.a',
  '-ab',
  '..',
  'a/b',
  '../x',
  'a b',
  'a\n',
  'ab\n',
  '\nab',
  'äb',
  'aß',
  'ab\0',
  'w'.repeat(201),
]
for (const text of noNames) {
  test(`isName() refuses ${JSON.stringify(text.slice(0, 20))} of ${text.length}`, () => {
    assert.ok(!isName(text))
  })
}

test('parseBranchName() and parseDomainName() show what they refuse, and where it was found', () => {
  assert.equal(parseBranchName('web'), 'web')
  assert.throws(() => parseBranchName('a b'), failure('USAGE', /^not a branch name: "a b"$/))
  assert.equal(parseDomainName('example.com', 'x'), 'example.com')
  assert.throws(() => parseDomainName('\n', 'main.cf:3'), failure('CONFIG', /^main\.cf:3: not a domain name: "\\n"$/))
})

test('isSha256Hex() takes 64 lower-case digits and nothing else', () => {
  assert.ok(isSha256Hex('0123456789abcdef'.repeat(4)))
  for (const text of ['', 'a'.repeat(63), 'a'.repeat(65), 'A'.repeat(64), 'g'.repeat(64), `${'a'.repeat(64)}\n`]) {
    assert.ok(!isSha256Hex(text), JSON.stringify(text))
  }
  assert.ok(isSha256Hex(noChangeset))
})

test('operationName() is the beginning of the id and the index', () => {
  assert.equal(operationName('0123456789abcdef'.repeat(4) as ChangesetId, 12), '0123456789ab:12')
})
