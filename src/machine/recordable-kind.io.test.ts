import assert from 'node:assert/strict'
import { test } from 'node:test'
import { failure } from '../../test/support/files.ts'
import { recordableTime, refuseSize } from './recordable-kind.io.ts'

test('refuseSize() refuses a size that a number can not hold exactly', () => {
  refuseSize('/a', 2n ** 53n - 1n)
  assert.throws(() => refuseSize('/a', 2n ** 53n), failure('SIZE_WRONG', /^\/a has 9007199254740992 bytes, more than /))
})

test('recordableTime() keeps the years 1 to 9999, and cuts others with a remark', () => {
  for (const text of ['0001-01-01T00:00:00.000Z', '1970-01-01T00:00:00.000Z', '9999-12-31T23:59:59.999Z'])
    assert.deepEqual(recordableTime('/a', BigInt(Date.parse(text))), { timeMs: Date.parse(text) })
  for (const [timeMs, text] of [
    [9n * 10n ** 18n, '9999-12-31T23:59:59.999Z'],
    [253_402_300_800_000n, '9999-12-31T23:59:59.999Z'],
    [-9n * 10n ** 18n, '0001-01-01T00:00:00.000Z'],
  ] as const) {
    const { timeMs: cut, remark } = recordableTime('/a', timeMs)
    assert.equal(new Date(cut).toISOString(), text)
    assert.equal(remark, `/a: its time of change is outside of the years 1 to 9999: recorded as ${text}`)
  }
})
