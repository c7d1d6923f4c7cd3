import assert from 'node:assert/strict'
import { test } from 'node:test'
import { failure } from '../../../test/support/files.ts'
import type { Settings } from '../program/index.ts'
import { parseScript } from './address.ts'
import { refuseUnvouched, unvouchedUrl } from './vouched.ts'

const sum = '0'.repeat(64)

test('unvouchedUrl() is a script without a hash that comes by http from another host', () => {
  for (const word of ['http://alder/x', 'http://192.0.2.1:65028/pkgbank/x', 'http://127.0.0.1.example.com/x'])
    assert.equal(unvouchedUrl(parseScript(word, undefined))?.href, word)
  for (const word of [
    ...['https://alder/x', 'name', 'file:///x', 'http://127.0.0.1:65028/pkgbank/x', 'http://localhost/x'],
    ...['http://[::1]/x', `http://alder/x#sha256=${sum}`],
  ])
    assert.equal(unvouchedUrl(parseScript(word, undefined)), undefined, word)
  assert.equal(unvouchedUrl(parseScript('http://alder/x', sum)), undefined)
})

test('refuseUnvouched() refuses it, or says it at each run', () => {
  const said: string[] = []
  const context = (insecure: 'yes' | 'no') => ({
    settings: { insecure } as Settings,
    say: (text: string) => void said.push(text),
  })
  const script = parseScript('http://luke:secret@alder/x?y', undefined)
  assert.throws(() => refuseUnvouched(script, context('no')), failure('CONFIG', /^http:\/\/alder\/x\?\.\.\.: anybody/))
  refuseUnvouched(script, context('yes'))
  assert.deepEqual(said, ['anybody on the way could have changed http://alder/x?... (HOSTKEEPER_INSECURE)'])
})
