import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SnapOperation } from '../journal/index.ts'
import { firstsOf } from './look-before.ts'

/** `path/` is a directory, `-path` a removal, anything else a file; only kind and path are looked at. */
const snapOf = (word: string): SnapOperation => {
  const kind = word.startsWith('-') ? 'removal' : word.endsWith('/') ? 'directory' : 'file'
  return { type: 'snap', kind, path: word.replace(/^-/, '').replace(/(.)\/$/, '$1') } as SnapOperation
}

test('firstsOf() has a directory done with all that comes before it and lies in it', () => {
  const cases: readonly (readonly [string, readonly number[]])[] = [
    ['', []],
    ['/a /b /c', [0, 1, 2]],
    ['/a /d/x /d/y /d/ /b', [0, 1, 1, 1, 4]],
    ['/d/e/x /d/e/ /d/y /d/ /d/z', [0, 0, 0, 0, 4]],
    // A removal that makes room for the directory, and one in it; another tree in between.
    ['-/d -/e/f /d/x /d/ /e/ /dx', [0, 0, 0, 0, 0, 5]],
    ['/d/x /e/y /d/ /e/', [0, 0, 0, 0]],
    ['/etc/ /etc/x', [0, 1]],
    ['/x /', [0, 0]],
  ]
  for (const [words, firsts] of cases)
    assert.deepEqual(firstsOf(words.split(' ').filter(Boolean).map(snapOf)), firsts, words)
})
