import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { type ChangesetId, noChangeset } from '../base/index.ts'
import { LineIndex } from './line-index.ts'

/** Ids of which every third begins as the one before, so that they want the same place. */
const ids = Array.from({ length: 1_000 }, (_, index) => {
  const hash = (of: number): string => createHash('sha256').update(`${of}`).digest('hex')
  return `${hash(index - (index % 3)).slice(0, 8)}${hash(index).slice(8)}` as ChangesetId
})
const unknown = 'f'.repeat(64) as ChangesetId

test('LineIndex tells of each line where it is and which changeset, whenever it is asked', () => {
  const lines = new LineIndex()
  let end = 0
  for (const [index, id] of ids.entries()) {
    lines.add(id, 100 + index)
    end += 100 + index
    assert.equal(lines.endOf(lines.length), end)
    // Asked while it grows, too.
    if (index % 97 === 0) assert.equal(lines.sequenceOf(ids[index >> 1] as ChangesetId), (index >> 1) + 1)
  }
  assert.equal(lines.length, ids.length)
  for (const [index, id] of ids.entries()) {
    assert.deepEqual([lines.idAt(index + 1), lines.sequenceOf(id)], [id, index + 1])
    assert.equal(lines.endOf(index + 1) - lines.endOf(index), 100 + index)
  }
  assert.deepEqual(
    [lines.idAt(0), lines.sequenceOf(noChangeset), lines.sequenceOf(unknown)],
    [noChangeset, 0, undefined],
  )
  assert.throws(() => lines.idAt(ids.length + 1), /changeset number 1001/)
})

test('LineIndex finds ids by their beginning', () => {
  const lines = new LineIndex()
  assert.deepEqual([lines.sequenceOf(unknown), lines.sequencesStarting('')], [undefined, []])
  for (const id of ids) lines.add(id, 1)
  const [first = ''] = ids
  assert.deepEqual(lines.sequencesStarting(first.slice(0, 8)), [1, 2, 3])
  assert.deepEqual(lines.sequencesStarting(first), [1])
  assert.deepEqual(lines.sequencesStarting('no id'), [])
})

test('LineIndex is the same when it is made of its bytes, wherever these lie, and can grow then', () => {
  const lines = new LineIndex()
  for (const count of [0, 1, 127, 128, 129, 500]) {
    for (const id of ids.slice(lines.length, count)) lines.add(id, 7)
    for (const offset of [0, 1, 8]) {
      const bytes = Buffer.concat([Buffer.alloc(offset), lines.bytes()]).subarray(offset)
      const again = LineIndex.of(bytes, count)
      assert.ok(again)
      for (const at of [0, 1, count - 1, count].filter((one) => one >= 0 && one <= count)) {
        assert.deepEqual([again.idAt(at), again.endOf(at)], [lines.idAt(at), at * 7])
      }
      again.add(unknown, 3)
      assert.deepEqual([again.sequenceOf(unknown), again.endOf(count + 1)], [count + 1, count * 7 + 3])
    }
  }
  assert.equal(LineIndex.of(lines.bytes().subarray(8), 500), undefined)
  assert.equal(LineIndex.of(lines.bytes(), 100), undefined)
})
