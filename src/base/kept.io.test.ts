import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { namesIn, temporaryDirectory } from '../../test/support/files.ts'
import { keepCopy } from './kept.io.ts'

test('keepCopy() gives each copy a name of its own, and keeps the latest 20', async (t) => {
  const directory = temporaryDirectory(t)
  const [file, kept] = [join(directory, 'ntp.conf'), join(directory, 'kept')]
  writeFileSync(file, 'by hand\n')
  const copies: string[] = []
  for (let count = 0; count < 22; count += 1) copies.push(await keepCopy(file, kept, 'etc/ntp.conf'))
  assert.equal(new Set(copies).size, 22)
  const left = namesIn(join(kept, 'etc')).map((name) => join(kept, 'etc', name))
  assert.deepEqual(left.sort(), copies.slice(2).sort())
})
