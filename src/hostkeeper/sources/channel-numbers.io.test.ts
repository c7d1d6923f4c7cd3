import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { failure, temporaryDirectory } from '../../../test/support/files.ts'
import { noteNumber } from './channel-numbers.io.ts'

const url = new URL('https://gold.example/stable')
const channel = (number: number) => ({ archive: 'tree.tar.gz', sha256: 'a'.repeat(64), number })

test('noteNumber() believes no file that it has not written: an old channel would be taken by it', async (t) => {
  const path = join(temporaryDirectory(t), 'channels')
  await noteNumber(url, channel(7), { path, again: false })
  const good = readFileSync(path, 'utf8')
  const bad = ['', 'null', '5', '"x"', '[]', `{"${url}":null}`, `{"${url}":{}}`, good.replace('7', '"7"')]
  for (const text of bad) {
    writeFileSync(path, text)
    const refused = failure('CONFIG', /channels: it is damaged/)
    await assert.rejects(noteNumber(url, channel(3), { path, again: false }), refused, text)
    assert.equal(readFileSync(path, 'utf8'), text)
  }
  writeFileSync(path, good)
  await assert.rejects(noteNumber(url, channel(3), { path, again: false }), failure('SOURCE_FAILED', /has seen 7/))
})
