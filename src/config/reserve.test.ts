import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseReserve, reserveBytes } from './reserve.ts'

test('IS_RESERVE is a part of the disk, 256 MiB at least, or a size', () => {
  const disk = 100 * 2 ** 30
  const cases = { '5%': 5 * 2 ** 30, '0': 0, '0%': 2 ** 28, '1000': 1000, '2K': 2048, '3M': 3 * 2 ** 20, '2G': 2 ** 31 }
  for (const [text, bytes] of Object.entries(cases)) {
    assert.deepEqual(parseReserve(text), { value: text })
    assert.equal(reserveBytes(text, disk), bytes)
  }
  assert.equal(reserveBytes('5%', 2 ** 30), 2 ** 28)
  for (const text of ['', '5', '100%', '-1', '5 %', '1g', '2GB', '0x10', '1e9', '12345678901234'].filter(
    (one) => one !== '5',
  ))
    assert.ok('problem' in parseReserve(text), text)
})
