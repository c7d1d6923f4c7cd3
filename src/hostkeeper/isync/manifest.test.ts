import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseManifest } from './manifest.ts'

test('a line of the path itself beats the nearest DIR/**, whatever their order', () => {
  const { lineOf } = parseManifest(
    '** 0600 a:a\netc/** 0601 a:a\netc/x/** 0602 a:a\n/etc/x/y 0603 - # why\n',
    'manifest',
  )
  const modeOf = (path: string): number | undefined => lineOf(path)?.mode
  assert.deepEqual(
    ['etc/x/y', 'etc/x/z', 'etc/x/z/z', 'etc/x', 'etc', 'var/a'].map(modeOf),
    [0o603, 0o602, 0o602, 0o601, 0o600, 0o600],
  )
  assert.deepEqual(lineOf('etc/x/y'), { mode: 0o603, owner: undefined, place: 'manifest:4' })
})

test('a path without a line, and a mode that is not said, have none', () => {
  const { lineOf } = parseManifest("'a b' - 0:games\n\n", 'manifest')
  assert.equal(lineOf('a'), undefined)
  assert.deepEqual(lineOf('a b'), { mode: undefined, owner: { user: '0', group: 'games' }, place: 'manifest:1' })
})
