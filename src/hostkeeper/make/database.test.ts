import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { testWith } from '../../../test/support/tools.ts'
import { parseMakeDatabase } from './database.ts'
import { leavesStamp, ruleFor, stepsFor } from './steps.ts'
import { readingWords } from './words.ts'

const test = testWith('make')

/** What the make of this machine says of a makefile. */
function read(makefile: string, ...words: readonly string[]): ReturnType<typeof parseMakeDatabase> {
  const env = { PATH: process.env['PATH'], LC_ALL: 'C' }
  const options = { input: makefile, encoding: 'utf8', env } as const
  return parseMakeDatabase(spawnSync('make', ['-r', '-f', '-', ...words, ...readingWords], options).stdout)
}

test('parseMakeDatabase() joins the rules of a target, with its recipe, and tells what is needed without being newer', () => {
  const { rules, defaultGoal } = read('first: b\nb c:\n\techo $@\n\ttouch $@\nb: c | d\nd:\n')
  assert.equal(defaultGoal, 'first')
  assert.deepEqual([...rules.keys()].sort(), ['b', 'c', 'd', 'first'])
  const { needs, orderOnly, recipe, phony } = rules.get('b') ?? {}
  assert.deepEqual([needs, orderOnly, phony], [['c'], ['d'], false])
  assert.equal(recipe?.text, 'echo $@\ntouch $@')
  assert.equal(recipe?.line, 3)
  assert.equal(rules.get('first')?.recipe, undefined)
})

test('parseMakeDatabase() expands what the command line gives', () => {
  assert.deepEqual(read('PACKAGES=\nall: $(PACKAGES)\nx y:\n', 'PACKAGES=x y').rules.get('all')?.needs, ['x', 'y'])
})

test('parseMakeDatabase() is not misled by what a variable or a recipe holds', () => {
  const makefile = 'define TRAP\n# Files\n\ntrap: x\nendef\na:\n\techo \\\nb: c\n\ttouch $@\n'
  const { rules, variables } = read(makefile)
  assert.deepEqual([...rules.keys()], ['a'])
  assert.match(rules.get('a')?.recipe?.text ?? '', /b: c\ntouch \$@$/)
  assert.equal(variables.get('TRAP')?.value, '# Files\n\ntrap: x')
})

test('parseMakeDatabase() does not take a variable of a target for what it needs', () => {
  const { rules, patterns } = read(
    't: FOO = x\nt: z\n\ttouch $@\nu: export FOO := x\nu: BAR = $(FOO) y\nu: z\nv: FOO = x\nz:\n%.d: FOO = x\n%.d: z\n\ttouch $@\n',
  )
  assert.deepEqual([rules.get('t')?.needs, rules.get('u')?.needs, rules.get('v')], [['z'], ['z'], undefined])
  assert.equal(rules.get('t')?.recipe?.text, 'touch $@')
  assert.deepEqual(
    patterns.map(({ needs }) => needs),
    [['z']],
  )
})

test('parseMakeDatabase() knows phony targets, double colons, and names with a colon', () => {
  const { rules } = read('.PHONY: p\np:\n\techo\nd:: x\n\techo 1\nd:: y\n\techo 2\nx y a\\:b:\n')
  assert.equal(rules.get('p')?.phony, true)
  assert.deepEqual(rules.get('d')?.needs, ['x', 'y'])
  assert.ok(rules.has('a:b'))
})

test('parseMakeDatabase() tells variables of makefiles from all others', () => {
  const { variables } = read('A = $(B) x\nB := $$y\n', 'C=1')
  assert.match(variables.get('A')?.place ?? '', /:1$/)
  assert.deepEqual([variables.get('A')?.value, variables.get('B')?.value], ['$(B) x', '$$y'])
  assert.equal(variables.get('C')?.place, undefined)
  assert.equal(variables.get('PATH')?.place, undefined)
})

test('ruleFor() finds the pattern with the shortest stem, as make does', () => {
  const database = read('pkg-%: any\n\ttouch $@\npkg-big-%: big-%\n\ttouch $@\nany big-1:\nown: x\n\ttouch $@\nx:\n')
  assert.deepEqual(ruleFor(database, 'pkg-big-1')?.needs, ['big-1'])
  assert.deepEqual(ruleFor(database, 'pkg-1')?.needs, ['any'])
  assert.equal(ruleFor(database, 'pkg-'), undefined)
  assert.ok(leavesStamp(ruleFor(database, 'pkg-1')))
})

test('ruleFor() finds every target of a pattern rule that has two', () => {
  const database = read('%.a %.b: z\n\ttouch $@\nz:\n')
  for (const target of ['1.a', '1.b']) assert.deepEqual(ruleFor(database, target)?.needs, ['z'], target)
})

test('stepsFor() has what is needed before what needs it, each once, and ends where a circle closes', () => {
  assert.deepEqual(stepsFor(read('all: c a\na: b\nb: | d\nc: b\nd:\n'), ['all']), ['d', 'b', 'c', 'a', 'all'])
  assert.deepEqual(stepsFor(read('a: b\nb: a\n'), ['a']), ['b', 'a'])
})
