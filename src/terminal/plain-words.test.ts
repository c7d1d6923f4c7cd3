import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { IsconfError } from '../base/index.ts'
import { actionCommand, read } from './command-line.ts'
import {
  type Action,
  aCount,
  aFile,
  type Declaration,
  flag,
  optionalWord,
  value,
  values,
  word,
  words,
} from './index.ts'
import { readPlain } from './plain-words.ts'

const declarations: readonly Declaration[] = [
  { options: { quiet: flag('-q, --quiet', 'x'), config: value('-c, --config <file>', 'x', aFile) } },
  {
    options: {
      to: value('--to <operation>', 'x'),
      step: flag('--step', 'x'),
      limit: value('-n <count>', 'x', aCount, 7),
    },
    arguments: { path: word('PATH', 'x', aFile), more: optionalWord('MORE', 'x') },
    exclusive: ['to', 'step'],
  },
  { options: { tag: values('-t, --tag <tag>', 'x', aFile) }, arguments: { paths: words('PATH', 'x', aFile) } },
  { options: { quiet: flag('-q, --quiet', 'x') }, arguments: { words: words('WORD', 'x') }, passThrough: true },
]

const wordsToTry = ['-q', '--quiet', '-c', '--config', 'a', 'b', '7', '-', '--', '-7', '', '--to', '--step', '-n', '-t']
wordsToTry.push('--to=a', '-qc', '-ca', '-h', '--help', '--qui')

test('readPlain() reads what it reads as commander does, and leaves to it what commander refuses', () => {
  let plain = 0
  fc.assert(
    fc.property(
      fc.constantFrom(...declarations),
      fc.array(fc.constantFrom(...wordsToTry), { maxLength: 5 }),
      (one, typed) => {
        const found = readPlain(one, typed)
        if (found === undefined) return
        plain += 1
        const action = { ...one, name: 'x', summary: 'x' } as unknown as Action<never>
        assert.deepEqual(
          found,
          read(actionCommand('x', action, 'x'), one, typed, () => 'x'),
        )
      },
    ),
    { numRuns: 3_000, seed: 1 },
  )
  assert.ok(plain > 100, `only ${plain} were plain`)
})

test('readPlain() reads flags, and words behind them', () => {
  const [flags, verb, , program] = declarations as [Declaration, Declaration, Declaration, Declaration]
  assert.deepEqual(readPlain(flags, ['-c', 'a', '-q']), { quiet: true, config: 'a' })
  assert.deepEqual(readPlain(verb, ['--step', 'a']), {
    to: undefined,
    step: true,
    limit: 7,
    path: 'a',
    more: undefined,
  })
  assert.deepEqual(readPlain(program, ['-q', 'ls', '-q', '--', 'x']), { quiet: true, words: ['ls', '-q', '--', 'x'] })
})

test('readPlain() leaves to commander what a type does not take', () => {
  const refusing: Declaration = {
    arguments: { n: { ...word('N', 'x'), type: { takes: 'x', parse: () => undefined } } },
  }
  assert.equal(readPlain(refusing, ['a']), undefined)
  assert.throws(
    () => read(actionCommand('x', { ...refusing, name: 'x' } as never, 'x'), refusing, ['a'], () => 'x'),
    IsconfError,
  )
})
