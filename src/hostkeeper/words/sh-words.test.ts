import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import fc from 'fast-check'
import { assignmentsOf } from '../program/settings.io.ts'
import { LineMistake, linesOf, ShReader } from './sh-words.ts'

/** The words of a text, as those of a shell script would be read: line after line. */
function wordsOf(text: string): readonly string[] {
  const lines = linesOf(text)
  const reader = new ShReader(lines)
  const words: string[] = []
  for (let index = 0; index < lines.length; index = reader.nextIndex) {
    reader.goTo(index, 0)
    for (let word = reader.next(); word !== undefined; word = reader.next()) words.push(word)
  }
  return words
}

/** The words that the sh of this machine makes of a text that expands nothing. */
function wordsOfSh(text: string): readonly string[] {
  // Names of files are the one thing that hosts.conf takes as they are; -f keeps sh from looking for them.
  const script = `set -f\nset -- ${text}\nfor word do printf '%s\\0' "$word"; done\n`
  const { status, stdout, stderr } = spawnSync('/bin/sh', [], { input: script, encoding: 'utf8' })
  assert.equal(status, 0, `${stderr}\n${script}`)
  return stdout.split('\0').slice(0, -1)
}

// No tilde: sh would look up somebody's home. No end of line in a word: quotes are closed in their line.
const character = fc.oneof(
  fc.constantFrom(...' \t\'"\\$`;&|<>()#*?[]{}!=:,%^@+-./'),
  fc.string({ minLength: 1, maxLength: 1 }).filter((char) => !/[~\0\r\n]/.test(char)),
  fc.constantFrom('a', 'Z', '0', '\u00e9', '\u{1F427}', '\u00a0', '\u000b'),
)

/** A piece of a word, with one of the ways to write it. */
const piece = fc
  .tuple(fc.array(character, { maxLength: 6 }), fc.constantFrom('single', 'double', 'kept', 'escaped', 'continued'))
  .map(([chars, style]) => {
    if (style === 'single') return `'${chars.filter((char) => char !== "'").join('')}'`
    if (style === 'double') return `"${chars.map((char) => (/["\\$`]/.test(char) ? `\\${char}` : char)).join('')}"`
    if (style === 'kept') return `"${chars.map((char) => `\\${char}`).join('')}"`
    const escaped = chars.map((char) => `\\${char}`)
    return escaped.join(style === 'continued' ? '\\\n' : '')
  })

const word = fc.array(piece, { minLength: 1, maxLength: 4 }).map((pieces) => pieces.join(''))

test('ShReader reads what the sh of this machine reads', () => {
  fc.assert(
    fc.property(
      fc.array(word, { maxLength: 5 }),
      fc.constantFrom(' ', '\t', '  \\\n \t'),
      fc.constantFrom('', ' # "and', '\t#'),
      (words, gap, comment) => {
        const text = words.join(gap) + comment
        assert.deepEqual(wordsOf(text), wordsOfSh(text))
      },
    ),
    { numRuns: 300 },
  )
})

test('ShReader gives back any word that was put into single quotes', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary' }).filter((text) => !/[\0\n\r]/.test(text))), (words) => {
      const quoted = words.map((text) => `'${text.replaceAll("'", `'\\''`)}'`)
      assert.deepEqual(wordsOf(quoted.join(' ')), words)
    }),
  )
})

test('ShReader keeps a backslash in double quotes that sh would keep', () => {
  const text = String.raw`"a\b\"\\\'" 'a\b' a\b\ c #'`
  assert.deepEqual(wordsOf(text), [String.raw`a\b"\\'`, String.raw`a\b`, 'ab c'])
  assert.deepEqual(wordsOf(text), wordsOfSh(text))
})

test('ShReader takes a # inside of a word for itself', () => {
  assert.deepEqual(wordsOf(`a#b ''#c "#d" \\#e # f`), ['a#b', '#c', '#d', '#e'])
})

test('ShReader throws nothing but LineMistake, with a line that is there', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(character, fc.constantFrom('\n', '\0', 'A=$', "'", '"', '\\\n'))), (parts) => {
      const text = parts.join('')
      try {
        wordsOf(text)
      } catch (error) {
        assert.ok(error instanceof LineMistake, String(error))
        assert.ok(error.line >= 1 && error.line <= text.split('\n').length)
      }
    }),
    { numRuns: 1000 },
  )
})

test('assignmentsOf() reads what a shell would set, and says what it does not take', () => {
  const assigned = assignmentsOf("# a\nA=1 B='2 3'\\\n4\nA=5 # b\n", 'file')
  assert.deepEqual(Object.fromEntries(assigned), {
    A: { text: '5', place: 'file:4' },
    B: { text: '2 34', place: 'file:2' },
  })
  assert.throws(() => assignmentsOf('A=1\nexport B=2', 'file'), { message: 'file:2: "export" is not NAME=value' })
  assert.throws(() => assignmentsOf('A=$', 'file'), { message: "file:1: $ is not expanded: quote it with '...'" })
  assert.throws(() => assignmentsOf('A="1', 'file'), {
    message: 'file:1: a double quote (") is not closed in its line',
  })
})
