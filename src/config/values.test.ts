import assert from 'node:assert/strict'
import { isIP } from 'node:net'
import { test } from 'node:test'
import fc from 'fast-check'
import { ipVersion, parseAbsolutePath, parseBoolean, parseLog, parseOwner, parsePort, parseSeconds } from './values.ts'

test('parseBoolean() takes the four pairs of words in any case and nothing else', () => {
  for (const word of ['1', 'yes', 'true', 'on', 'ON', 'True']) assert.deepEqual(parseBoolean(word), { value: true })
  // In a Turkish locale the small letter of I is not i: the words must not depend on it.
  for (const word of ['0', 'no', 'false', 'off', 'OFF']) assert.deepEqual(parseBoolean(word), { value: false })
  assert.deepEqual(parseBoolean('2'), { problem: 'must be 1, 0, yes, no, true, false, on or off, not "2"' })
})

test('parsePort() takes 0 to 65535', () => {
  assert.deepEqual([parsePort('0'), parsePort('65535')], [{ value: 0 }, { value: 65_535 }])
  for (const text of ['65536', '-1', '1.0', '0x10', '1e3', ' 1', '99999', '123456']) {
    assert.deepEqual(parsePort(text), { problem: `must be a port, 0 to 65535, not "${text}"` })
  }
})

test('parseAbsolutePath() drops slashes at the end and refuses relative paths', () => {
  assert.deepEqual(parseAbsolutePath('/var/is/'), { value: '/var/is' })
  assert.deepEqual([parseAbsolutePath('/'), parseAbsolutePath('//')], [{ value: '/' }, { value: '/' }])
  assert.deepEqual(parseAbsolutePath('var/is'), { problem: 'must be an absolute path, not "var/is"' })
})

test('parseOwner() takes name and numeric', () => {
  assert.deepEqual(parseOwner('numeric'), { value: 'numeric' })
  assert.deepEqual(parseOwner('uid'), { problem: 'must be name or numeric, not "uid"' })
})

test('ipVersion() agrees with the system', () => {
  const piece = fc.oneof(fc.ipV4(), fc.ipV6(), fc.constantFrom('.', ':', '::', '0', '1', '255', '256', 'f', 'g', '01'))
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 5 }).map((pieces) => pieces.join('')),
      (text) => {
        assert.equal(ipVersion(text) ?? 0, isIP(text))
      },
    ),
    { numRuns: 2_000 },
  )
})

test('parseLog() takes the places of the log', () => {
  assert.deepEqual(parseLog('journal'), { value: 'journal' })
  assert.deepEqual(parseLog('/tmp/x'), { problem: 'must be auto, journal, syslog or file, not "/tmp/x"' })
})

test('parseSeconds() takes 1 to 86400', () => {
  assert.deepEqual([parseSeconds('1'), parseSeconds('86400')], [{ value: 1 }, { value: 86_400 }])
  for (const text of ['0', '-1', '1.5', '86401', '1m', '']) {
    assert.deepEqual(parseSeconds(text), { problem: `must be a number of seconds, 1 to 86400, not "${text}"` })
  }
})
