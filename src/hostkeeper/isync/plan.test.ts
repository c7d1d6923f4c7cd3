import assert from 'node:assert/strict'
import { test } from 'node:test'
import { actionFor, fileContent, linkContent, type Present, type Wanted } from './plan.ts'

const attributes = { mode: 0o644, uid: 0, gid: 0 }
const file: Wanted = {
  ...attributes,
  path: 'a',
  source: '/t/a',
  kind: 'file',
  content: fileContent('new'),
  listed: false,
}
const present = (content: string, more: Partial<Present> = {}): Present => ({
  ...attributes,
  kind: 'file',
  content,
  identity: '1:2',
  ...more,
})
const old = fileContent('old')

test('actionFor() decides by what is there and what isync put there', () => {
  const other = { mode: 0o600 }
  for (const [expected, there, installed, overwriting] of [
    ['install', undefined, [], false],
    ['unchanged', present(file.content), [], false],
    ['attributes', present(file.content, other), [], false],
    ['install', present(old), [old], false],
    ['install', present(old), [file.content, old], true],
    ['refuse', present(old), [], false],
    ['refuse', present(linkContent('old'), { kind: 'symlink' }), [old], false],
    ['overwrite', present(old), [], true],
    ['conflict', present('', { kind: 'directory' }), [], true],
    ['conflict', present('', { kind: 'other' }), [''], true],
  ] as const) {
    assert.equal(actionFor(file, there, installed, overwriting), expected, JSON.stringify([there, installed]))
  }
})

test('actionFor() leaves a directory that is there alone, unless the manifest lists it', () => {
  const directory: Wanted = { ...file, kind: 'directory', content: '', mode: 0o755 }
  const there = present('', { kind: 'directory', mode: 0o700 })
  assert.equal(actionFor(directory, there, [], false), 'unchanged')
  assert.equal(actionFor({ ...directory, listed: true }, there, [], false), 'attributes')
  assert.equal(actionFor(directory, present(old), [], true), 'conflict')
})
