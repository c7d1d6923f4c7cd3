import assert from 'node:assert/strict'
import test from 'node:test'
import { chainOf, generic } from '../../../test/cluster/changesets.ts'
import type { OwnWords } from '../announcement.ts'
import { OwnWord } from './own-word.ts'

const [changeset] = chainOf(['one'])
const operation = { id: changeset!.id, index: 0 }
const well: OwnWords = { host: 'alder', at: { branch: generic, done: null, release: '1.0.0' } }
const advanced: OwnWords = { ...well, at: { ...well.at!, done: operation } }
const renamed: OwnWords = { ...well, host: 'birch' }
const differing: OwnWords = { ...well, at: { ...well.at!, deviations: [{ kind: 'skipped', operation }] } }
const stopped: OwnWords = { ...well, stopped: { ...operation, why: 'it ended with exit status 1' } }
const minute = 60_000

/** When words are said, of a host that changes from one to another at a moment. */
function saidAt(
  hosts: number,
  before: OwnWords,
  after: OwnWords,
  changedMs: number,
  untilMs: number,
): readonly string[] {
  const word = new OwnWord()
  const said: string[] = []
  for (let nowMs = 0; nowMs <= untilMs; nowMs += 5_000) {
    const occasion = word.next(nowMs >= changedMs ? after : before, [], nowMs, hosts)
    if (occasion) said.push(`${occasion} ${nowMs / minute}`)
  }
  return said
}

test('with ten thousand hosts a change goes round once in a quarter of an hour, and nothing new hardly ever', () => {
  assert.deepEqual(saidAt(10_000, well, advanced, minute, 120 * minute), ['changed 0', 'changed 15'])
})

test('that a host is stopped, differs or has another name is said at once, and that it is as before as well', () => {
  for (const other of [stopped, differing, renamed]) {
    assert.deepEqual(saidAt(10_000, well, other, minute, 14 * minute), ['changed 0', 'urgent 1'])
    assert.deepEqual(saidAt(10_000, other, well, minute, 14 * minute), ['changed 0', 'urgent 1'])
  }
})

test('with three hosts a change is said at once, and that a host is there every five minutes', () => {
  assert.deepEqual(saidAt(3, well, advanced, minute, 12 * minute), [
    'changed 0',
    'changed 1',
    'unchanged 6',
    'unchanged 11',
  ])
})

test('what an earlier daemon said is not said again, unless everybody has something else', () => {
  const word = new OwnWord()
  word.known(well, [], 0)
  assert.equal(word.next(well, [], minute, 1_000), undefined)
  word.unsay()
  assert.equal(word.next(well, [], minute, 1_000), 'changed')
})
