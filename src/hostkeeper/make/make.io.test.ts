import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { namesIn, temporaryDirectory } from '../../../test/support/files.ts'
import { testWith } from '../../../test/support/tools.ts'
import { leavingMakefiles } from './make.io.ts'
import { makeWords } from './words.ts'

const test = testWith('make')

test('leavingMakefiles() names the makefiles that make would read, and leaves no file of its own behind', (t) => {
  const directory = temporaryDirectory(t)
  const temporary = temporaryDirectory(t)
  const [makefile, included] = [join(directory, 'packages.conf'), join(directory, 'more.mk')]
  writeFileSync(makefile, `include ${included}\n`)
  writeFileSync(included, 'step:\n')
  const environment = { PATH: process.env['PATH'], TMPDIR: temporary }
  const words = makeWords(makefile)
  const call = leavingMakefiles({ make: 'make', words, environment, cwd: directory })
  assert.deepEqual(call.words, [...words, `--old-file=${makefile}`, `--old-file=${included}`])
  assert.deepEqual(namesIn(temporary), [])
})
