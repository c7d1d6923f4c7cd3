import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { temporaryDirectory } from '../../test/support/files.ts'
import { unlessThere } from '../../test/support/tools.ts'
import { IsconfError } from '../base/index.ts'
import { variablesText } from './variables-text.ts'

const awkward = [
  '',
  ' ',
  "'",
  '"',
  '\\',
  '\\\\',
  '$',
  '$(HOME)',
  '{HOME}',
  '`id`',
  '#',
  '\\#',
  '\t',
  '\r',
  '!',
  '%',
  '&',
  ';',
  '=',
  ':=',
  '~',
  '*',
  'ü',
  'a',
]
/** Values made of what shells and make treat as special; a test's names start with T_ so that they replace nothing. */
const variables = (more: readonly string[]) =>
  fc.dictionary(
    fc.stringMatching(/^T_[A-Za-z0-9_]{1,8}$/),
    fc.array(fc.constantFrom(...awkward, ...more), { maxLength: 6 }).map((parts) => parts.join('')),
    { minKeys: 1, maxKeys: 5, noNullPrototype: true },
  )

/** Prints each variable with a NUL behind it, from the environment that a command of the shell gets. */
const printer = (names: readonly string[]): string =>
  `process.stdout.write(${JSON.stringify(names)}.map((name) => process.env[name] + '\\0').join(''))`

for (const shell of ['dash', 'bash']) {
  test(`variablesText() for the shell: eval gives exactly the values (${shell})`, { skip: unlessThere(shell) }, () => {
    fc.assert(
      fc.property(variables(['\n', '\n\n']), (values) => {
        const lines = variablesText(values, 'sh')
        const script = `eval "$(printf %s "$1")"\nexec "$2" -e "$3"`
        const words = ['-c', script, shell, lines, process.execPath, printer(Object.keys(values))]
        const { stdout, stderr } = spawnSync(shell, words, { encoding: 'utf8', env: {} })
        assert.equal(
          stdout,
          Object.values(values)
            .map((value) => `${value}\0`)
            .join(''),
          stderr,
        )
      }),
      { numRuns: 40 },
    )
  })
}

test('variablesText() for make: a makefile that includes the lines has exactly the values', {
  skip: unlessThere('make'),
}, (t) => {
  const directory = temporaryDirectory(t)
  fc.assert(
    fc.property(variables([]), (values) => {
      const names = Object.keys(values)
      writeFileSync(join(directory, 'vars.mk'), variablesText(values, 'make'))
      // Handed on in the environment: what a shell would make of the values is not the question.
      const makefile = `include vars.mk\nexport ${names.join(' ')}\nall:\n\t@"$$NODE" -e "$$PRINTER"\n`
      writeFileSync(join(directory, 'Makefile'), makefile)
      const env = { NODE: process.execPath, PRINTER: printer(names) }
      const { stdout, stderr } = spawnSync('make', ['-s', '-C', directory], { encoding: 'utf8', env })
      assert.equal(
        stdout,
        Object.values(values)
          .map((value) => `${value}\0`)
          .join(''),
        stderr,
      )
    }),
    { numRuns: 60 },
  )
})

test('variablesText() for make refuses a line break and names the variable', () => {
  assert.throws(
    () => variablesText({ A: 'fine', MOTD: 'two\nlines' }, 'make'),
    (error) => error instanceof IsconfError && error.code === 'NOT_EXPRESSIBLE' && /MOTD/.test(error.message),
  )
})

test('variablesText() as JSON is one object', () => {
  assert.equal(variablesText({ A: '1', B: '"' }, 'json'), '{"A":"1","B":"\\""}\n')
})
