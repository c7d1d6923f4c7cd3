import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { IsconfError } from '../base/index.ts'
import { includeDepthMax, type MainCf, parseMainCf } from './main-cf.ts'

const parse = (text: string): MainCf => parseMainCf(text, 'main.cf')

function refuses(text: string, message: string): void {
  assert.throws(
    () => parse(text),
    (error) => {
      assert.ok(error instanceof IsconfError)
      assert.deepEqual([error.code, error.message], ['CONFIG', message])
      return true
    },
  )
}

/** The values of the only stanza of a file with these lines in it. */
function valuesOf(...lines: readonly string[]): readonly (readonly [string, string])[] {
  const [stanza] = parse(['host:', ...lines].join('\n')).stanzas
  return (stanza?.assignments ?? []).map(({ name, value }) => [name, value] as const)
}

test('parseMainCf() reads targets, includes, variables and their lines', () => {
  assert.deepEqual(parse('A:\n  x = 1\n\nhost other.example.com : A  # why\n\ty=two words\n'), {
    path: 'main.cf',
    stanzas: [
      { line: 1, targets: ['A'], includes: [], assignments: [{ name: 'x', value: '1', line: 2 }] },
      {
        line: 4,
        targets: ['host', 'other.example.com'],
        includes: ['A'],
        assignments: [{ name: 'y', value: 'two words', line: 5 }],
      },
    ],
  })
})

test('parseMainCf() takes indentation, spaces around =, and carriage returns as they come', () => {
  assert.deepEqual(valuesOf('a=1', '\tb =  2  \r', '      c= 3 4 '), [
    ['a', '1'],
    ['b', '2'],
    ['c', '3 4'],
  ])
})

test('parseMainCf() ends an unquoted value at # and keeps = and : in it', () => {
  assert.deepEqual(valuesOf('a = 1 # one', 'b = # nothing', 'c = x=y:z', "d = don't"), [
    ['a', '1'],
    ['b', ''],
    ['c', 'x=y:z'],
    ['d', "don't"],
  ])
})

test('parseMainCf() takes a quoted value as it is', () => {
  assert.deepEqual(valuesOf(`a = " # x "`, `b = 'say "hi"' # why`, `c = ""`, `d = say "hi"`), [
    ['a', ' # x '],
    ['b', 'say "hi"'],
    ['c', ''],
    ['d', 'say "hi"'],
  ])
})

test('parseMainCf() finds the end of the targets behind the colons of a regex', () => {
  const [first, second, third, fourth] = parse('^(?:a|b)\\.c: host\n^a:host\nhost:A\nb ^(?:a|b)=?:A\nA:\n').stanzas
  assert.deepEqual([first?.targets, first?.includes], [['^(?:a|b)\\.c'], ['host']])
  assert.deepEqual([second?.targets, second?.includes], [['^a'], ['host']])
  assert.deepEqual([third?.targets, third?.includes], [['host'], ['A']])
  assert.deepEqual([fourth?.targets, fourth?.includes], [['b', '^(?:a|b)=?'], ['A']])
})

test('parseMainCf() gives back what was printed', () => {
  const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,8}$/)
  const target = fc.oneof(
    fc.stringMatching(/^[A-Za-z0-9_.-]{1,12}$/),
    fc.constantFrom('DEFAULT', '^.*', '^(?:a|b)\\.c', '^x{1,3}=?', '^\\w+'),
  )
  // A value with both kinds of quotes can't be quoted, so it must not need it.
  const value = fc
    .string({ unit: fc.constantFrom('a', 'ü', ' ', '#', '=', ':', '"', "'", '\t', '\\', '^') })
    .filter((text) => !(text.includes('"') && text.includes("'")))
  const plain = { noNullPrototype: true }
  const assignments = fc.array(fc.record({ name, value }, plain), { maxLength: 4 })
  const stanza = fc.record({ targets: fc.array(target, { minLength: 1, maxLength: 3 }), assignments }, plain)
  fc.assert(
    fc.property(fc.array(stanza, { maxLength: 5 }), (stanzas) => {
      const text = stanzas.map((each) => {
        const lines = each.assignments.map((line) => `  ${line.name} = ${quoted(line.value)}\n`)
        return `${each.targets.join(' ')}:\n${lines.join('')}`
      })
      const read = parse(text.join('# between\n')).stanzas.map((each) => ({
        targets: each.targets,
        assignments: each.assignments.map((line) => ({ name: line.name, value: line.value })),
      }))
      assert.deepEqual(read, stanzas)
    }),
  )
})

test('parseMainCf() refuses any text with a CONFIG failure that names a line, or reads it', () => {
  const piece = fc.constantFrom('a', 'b', ':', '=', ' ', '\n', '#', '"', "'", '^', '(', '*', '.', 'DEFAULT', '\0', '\r')
  fc.assert(
    fc.property(fc.string({ unit: piece, maxLength: 40 }), (text) => {
      try {
        parse(text)
      } catch (error) {
        assert.ok(error instanceof IsconfError, String(error))
        assert.match(error.message, /^main\.cf:\d+: /)
      }
    }),
  )
})

function quoted(value: string): string {
  return value.includes('"') ? `'${value}'` : `"${value}"`
}

test('parseMainCf() refuses a variable before the first stanza', () => {
  refuses('# top\n\nx = 1\n', 'main.cf:3: the variable x stands before the first stanza')
})

test('parseMainCf() refuses a line that is neither a stanza nor a variable', () => {
  const neither = 'neither a stanza (target: includes) nor a variable (name = value)'
  refuses('host:\nhello world\n', `main.cf:2: ${neither}: "hello world"`)
  refuses('host:\nmy-var = 1: 2\n', `main.cf:2: ${neither}: "my-var = 1: 2"`)
  refuses('host:\nX := 1\n', `main.cf:2: ${neither}: "X := 1"`)
  refuses('host:\nX := 1: 2\n', `main.cf:2: ${neither}: "X := 1: 2"`)
  refuses('host:\nX += a: b\n', `main.cf:2: ${neither}: "X += a: b"`)
})

test('parseMainCf() refuses targets that nothing can match', () => {
  refuses('a:\n : b\n', 'main.cf:2: a stanza without a target')
  refuses('a b/c:\n', 'main.cf:1: not a target: "b/c"')
})

test('parseMainCf() refuses a regex that is none', () => {
  assert.throws(
    () => parse('a:\n^(a+)+$:\n'),
    /^IsconfError: main\.cf:2: .* can take for ever: \^\(a\+\)\+\$ \(it repeats/,
  )
  assert.throws(() => parse('a:\n^(b:\n'), /^IsconfError: main\.cf:2: not a regular expression: \^\(b \(.+\)$/)
})

test('parseMainCf() refuses values that it would have to guess', () => {
  refuses('a:\n x = "b\n', 'main.cf:2: the value of x has no closing "')
  refuses("a:\n x = 'b\n", "main.cf:2: the value of x has no closing '")
  refuses('a:\n x = "b" c\n', 'main.cf:2: text after the closing " of x: c')
  refuses('a:\n x = b\0c\n', 'main.cf:2: the value of x holds a NUL byte')
  refuses('a:\n x = b\ufffdc\n', 'main.cf:2: the value of x is not UTF-8 text')
})

test('parseMainCf() refuses an include that no stanza has, also where this host would not use it', () => {
  refuses('a: B\nB: C\n', 'main.cf:2: no stanza to include: C')
})

test('parseMainCf() refuses includes that go round in a circle', () => {
  refuses('a: a\n', 'main.cf:1: includes go round in a circle: a -> a')
  refuses('a: B\nB: C\nC: B\n', 'main.cf:3: includes go round in a circle: B -> C -> B')
  refuses('a b: C\nC: b\n', 'main.cf:2: includes go round in a circle: a -> C -> b')
})

test('parseMainCf() takes an include twice over without calling it a circle', () => {
  assert.equal(parse('a: B C\nB: D\nC: D\nD:\n').stanzas.length, 4)
})

test('parseMainCf() refuses includes that nest too deep', () => {
  const lines = Array.from({ length: includeDepthMax + 2 }, (_, index) => `s${index}: s${index + 1}`)
  refuses(
    `${lines.join('\n')}\ns${lines.length}:\n`,
    `main.cf:${includeDepthMax + 1}: includes nest deeper than ${includeDepthMax}`,
  )
})
