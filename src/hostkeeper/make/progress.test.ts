import assert from 'node:assert/strict'
import { test } from 'node:test'
import { doubtful, parseProgress } from './progress.ts'

const boot = 'boot-1'
const text = 'run boot-1\nbegin 10.00 a\nkept a\nbegin 11.50 b\nbegin 12.00 c/d\n'
const stamps = ['old', 'a', 'b', 'c/d']

function doubtfulOf(lines: string, more: Partial<Parameters<typeof doubtful>[0]> = {}): readonly string[] {
  const progress = parseProgress(lines)
  return doubtful({ progress, stamps, before: new Set(['old']), boot, also: () => [], ...more })
}

test('parseProgress() passes over what a power failure has left of a line', () => {
  const { begun, kept, end } = parseProgress(`${text}\0\0\0\nbeg\nend 2\nbegin  x y`)
  assert.deepEqual(begun, [
    { name: 'a', upS: 10 },
    { name: 'b', upS: 11.5 },
    { name: 'c/d', upS: 12 },
    { name: 'x y', upS: undefined },
  ])
  assert.deepEqual([...kept], ['a'])
  assert.equal(end, undefined, 'something was begun after that end')
})

test('doubtful() doubts only the step under way while the machine was not down', () => {
  assert.deepEqual(doubtfulOf(text), ['c/d'])
  assert.deepEqual(doubtfulOf(text, { also: (step) => (step === 'c/d' ? ['b'] : []) }), ['b', 'c/d'])
  assert.deepEqual(doubtfulOf(`${text}end 2\n`), ['c/d'])
  assert.deepEqual(doubtfulOf(`${text}end 0\n`), [])
})

test('doubtful() doubts after a boot all that is not noted as being on disk, and never what was there before', () => {
  for (const lines of [text, `${text}end 0\n`]) assert.deepEqual(doubtfulOf(lines, { boot: 'boot-2' }), ['b', 'c/d'])
  assert.deepEqual(doubtfulOf('', { boot: 'boot-2' }), ['a', 'b', 'c/d'], 'nothing of the file is left')
})

test('doubtful() doubts all that is not on disk when the disks did not take it, or make does not tell its steps', () => {
  assert.deepEqual(doubtfulOf(`${text}end 0\nlost\n`), ['b', 'c/d'])
  assert.deepEqual(doubtfulOf('run boot-1\n'), ['a', 'b', 'c/d'])
})
