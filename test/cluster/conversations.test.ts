/** The races that matter, written out. `UPDATE=1 npm test -- conversations` writes what happens now; read the difference. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { play } from './conversation.ts'

const directory = new URL('conversations/', import.meta.url)

for (const name of readdirSync(directory).sort()) {
  test(`the conversation goes as written: ${name}`, async () => {
    const path = new URL(name, directory)
    const written = readFileSync(path, 'utf8')
    const played = await play(written)
    if (process.env['UPDATE']) writeFileSync(path, played)
    assert.equal(played, written)
  })
}
